"""The queue: what I have taken, who waits, what I put aside, what colleagues have.

Entries are drawn once and then only told what changed: two hundred live conversations change many
times a second, and whoever walks through them with the keyboard must not lose their place.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from nicegui import ui
from nicegui.element import Element

from bot.desk.service_level import Level
from bot.desk.snapshot import QueueEntry, Snapshot
from bot.desk.wording import Wording
from crm_store.types.handoffs import HandoffState, Priority

SHOWN: Final = 60
"""Entries of one group that are drawn; nobody reads further, and a browser gets slow."""
Choose = Callable[[int], Awaitable[None]]


class QueueList:
    """The drawn queue of one page."""

    def __init__(self, say: Wording, staff_id: int, choose: Choose) -> None:
        self._say = say
        self._staff_id = staff_id
        self._choose = choose
        self._entries: dict[int, _Entry] = {}
        self._groups = {key: _Group(say, key) for key in ("mine", "queue", "snoozed", "others")}

    def show(self, snapshot: Snapshot, chosen: int | None) -> None:
        """Bring what is drawn up to date."""
        groups: dict[str, Sequence[QueueEntry]] = {
            "queue": snapshot.waiting(),
            "mine": snapshot.taken_by(self._staff_id),
            "snoozed": snapshot.snoozed_by(self._staff_id),
            "others": snapshot.taken_by_others(self._staff_id),
        }
        kept = {one.handoff.id for found in groups.values() for one in found[:SHOWN]}
        for gone in self._entries.keys() - kept:
            self._entries.pop(gone).delete()
        for key, found in groups.items():
            self._groups[key].tell(len(found))
            for position, entry in enumerate(found[:SHOWN]):
                self._place(entry, self._groups[key], position)
                self._entries[entry.handoff.id].show(entry, entry.handoff.id == chosen)

    def _place(self, entry: QueueEntry, group: "_Group", position: int) -> None:
        drawn = self._entries.get(entry.handoff.id)
        if drawn is None:
            with group.area:
                drawn = _Entry(self._say, self._staff_id, entry.handoff.id, self._choose)
            self._entries[entry.handoff.id] = drawn
        drawn.stand(group.area, position)


class _Group:
    def __init__(self, say: Wording, key: str) -> None:
        self._say = say
        self._key = key
        self._head = ui.label().classes("group").props("role=heading aria-level=2")
        self._empty = ui.label(say("empty")).classes("empty") if key == "queue" else None
        self.area = ui.element("div").classes(f"entries {key}")

    def tell(self, count: int) -> None:
        """Say how many there are; only the queue is there when it is empty."""
        self._head.set_text(f"{self._say(self._key)} · {count}")
        self._head.set_visibility(bool(count) or self._empty is not None)
        if self._empty is not None:
            self._empty.set_visibility(not count)


class _Entry:
    def __init__(self, say: Wording, staff_id: int, handoff_id: int, choose: Choose) -> None:
        self._say = say
        self._staff_id = staff_id
        self._shown: tuple[QueueEntry, bool] | None = None
        self._button = ui.element("button").classes("entry")
        self._button.props(f"type=button data-handoff={handoff_id}")
        self._button.on("click", lambda: choose(handoff_id))
        with self._button:
            with ui.element("div").classes("entry-head"):
                self._name = ui.label().classes("entry-name")
                self._mention = ui.label("@").classes("mention")
                self._age = ui.label().classes("age")
            self._preview = ui.label().classes("preview")
            self._facts = ui.label().classes("facts")

    def stand(self, area: Element, position: int) -> None:
        """Stand in a group at a place."""
        parent = self._button.parent_slot.parent if self._button.parent_slot else None
        if parent is not area or area.default_slot.children.index(self._button) != position:
            self._button.move(area, position)

    def show(self, entry: QueueEntry, is_chosen: bool) -> None:
        if (entry, is_chosen) == self._shown:
            return
        self._shown = (entry, is_chosen)
        classes = ["entry", entry.level.value, entry.handoff.state.value]
        classes += ["chosen"] if is_chosen else []
        classes += ["unanswered"] if entry.unanswered else []
        self._button.classes(replace=" ".join(classes))
        self._button.props("aria-current=true" if is_chosen else "", remove="aria-current")
        self._name.set_text(entry.customer or self._say("guest"))
        self._mention.set_visibility(entry.mentioned)
        self._age.set_text(self._age_of(entry))
        self._preview.set_text(entry.preview or "…")
        self._facts.set_text(" · ".join(self._facts_of(entry)))

    def delete(self) -> None:
        self._button.delete()

    def _age_of(self, entry: QueueEntry) -> str:
        if entry.handoff.state is HandoffState.SNOOZED and entry.due_in is not None:
            return self._say("wakes_in", minutes=max(0, entry.due_in))
        if entry.handoff.state is HandoffState.TAKEN and entry.handoff.taken_by == self._staff_id:
            return self._say("unanswered" if entry.unanswered else "answered")
        if entry.agent:
            return entry.agent
        if entry.level is Level.LATE and entry.due_in is not None and entry.due_in < 0:
            return self._say("overdue_for", minutes=entry.waited)
        return (
            self._say("waiting_for", minutes=entry.waited)
            if entry.waited
            else self._say("just_now")
        )

    def _facts_of(self, entry: QueueEntry) -> list[str]:
        needs = entry.handoff.needs
        facts = [
            self._say.of("reason", entry.handoff.reason.value),
            self._say.of("channel", entry.channel),
        ]
        if needs.priority is not Priority.NORMAL:
            facts.insert(0, self._say(f"priority_{needs.priority.name.lower()}"))
        if needs.language:
            facts.append(self._say(f"language_{needs.language}"))
        return facts
