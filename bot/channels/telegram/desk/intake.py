"""What agents do on Telegram, done: each act is one commit with the receipt of its update.

The receipt is an inbound row of the topic's line and holds no words: those are stored once, in the
customer's conversation, where erasing finds them. An update that comes again finds its receipt and
does nothing.
"""

from dataclasses import dataclass

from bot.channels.telegram.desk import Desk, Line, actor_of
from bot.channels.telegram.desk.arrivals import (
    NOTE_MARK,
    AgentAsked,
    AgentSaid,
    LinkFollowed,
    TopicAppeared,
    Verb,
)
from bot.channels.telegram.desk.wording import DeskWording
from bot.channels.telegram.media import media_address
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from crm_store.errors import ConflictError, NotFoundError, NotPermittedError
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.conversations import (
    JSON,
    PULLED_CHANNELS,
    Author,
    InboundMessage,
    JSONObject,
    NewReply,
)
from crm_store.types.handoffs import Handoff, HandoffState, Presence
from crm_store.types.people import Staff
from crm_store.types.topics import Topic

_SERVICE = (Role.AGENT, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Told:
    """What a pressed key answers at once, to whoever pressed it."""

    query: str
    text: str
    alert: bool
    """Whether it must be dismissed by hand: it did not work."""


class _NotOnWebError(Exception):
    """The customer's channel has no room for this kind of file."""


class DeskIntake:
    """Does what agents ask for."""

    def __init__(self, desk: Desk, store: CrmStore, bell: Bell, phrasebook: Phrasebook) -> None:
        self._desk = desk
        self._store = store
        self._bell = bell
        self._phrasebook = phrasebook

    async def said(self, said: AgentSaid) -> None:
        """Pass an agent's message on to the customer, or tell the topic why not."""
        async with self._store.reading(SYSTEM) as uow:
            topic = await uow.topics.at(self._desk.chat, said.thread)
            staff = await uow.staff.by_telegram(str(said.user))
        if topic is None:
            return
        line = Line(self._desk.chat, said.thread)
        if said.text.startswith(NOTE_MARK):
            return
        if staff is None:
            await self._refuse(line, said.external_id, "unlinked_said")
            return
        try:
            async with self._store.writing(actor_of(staff)) as uow:
                receipt = await uow.topics.note(_receipt(line, said.external_id, staff))
                if receipt.duplicate:
                    return
                await self._answer(uow, topic, said)
        except (ConflictError, NotPermittedError):
            key, values = await self._why_not(topic.handoff_id)
            await self._refuse(line, said.external_id, key, values)
        except _NotOnWebError:
            await self._refuse(line, said.external_id, "not_on_web")
        self._ring(topic.conversation_id)

    async def asked(self, asked: AgentAsked) -> Told | None:
        """Do what a key or a command asks for; what a key answers is returned."""
        words = DeskWording(self._phrasebook.speaker(asked.language or self._desk.language))
        async with self._store.reading(SYSTEM) as uow:
            staff = await uow.staff.by_telegram(str(asked.user))
            topic = await self._topic(uow, asked)
        if topic is None or topic.thread is None:
            return _told(asked, words.say("already_over"), alert=True)
        line = Line(self._desk.chat, topic.thread)
        if staff is None or staff.role not in _SERVICE:
            key = "unlinked" if staff is None else "no_rights"
            return await self._reply(asked, line, words, key, {}, alert=True)
        try:
            async with self._store.writing(actor_of(staff)) as uow:
                receipt = await uow.topics.note(_receipt(line, asked.external_id, staff))
                key = _done(asked.verb)
                if not receipt.duplicate:
                    await self._act(uow, topic.handoff_id, asked, staff)
        except (ConflictError, NotPermittedError, NotFoundError):
            key, values = await self._why_not(topic.handoff_id, asked.verb)
            return await self._reply(asked, line, words, key, values, alert=True)
        self._ring(topic.conversation_id)
        # In the topic, the event says it to everybody.
        return _told(asked, words.say(key, number=topic.handoff_id), alert=False)

    async def linked(self, link: LinkFollowed) -> None:
        """Tie a Telegram account to the staff account whose link was followed."""
        line = Line(link.user)
        async with self._store.writing(SYSTEM) as uow:
            receipt = await uow.topics.note(_receipt(line, link.external_id, None))
            if receipt.duplicate:
                return
            staff = await uow.staff.bind_telegram(link.token, str(link.user))
            notice: dict[str, JSON] = {"language": link.language, "notice": "link_void"}
            if staff is not None:
                values: dict[str, JSON] = {"name": staff.name, "login": staff.login}
                notice |= {"notice": "linked", "values": values}
            await uow.topics.post(line.key, _reply(notice))
        self._bell.ring("outbox")

    async def _answer(self, uow: UnitOfWork, topic: Topic, said: AgentSaid) -> None:
        payload: dict[str, JSON] = {"telegram": {"chat": self._desk.chat, "message": said.message}}
        if said.attachment is not None:
            conversation = await uow.conversations.get(topic.conversation_id)
            on_web = conversation is not None and conversation.key.channel in PULLED_CHANNELS
            payload |= self._picture(said) if on_web else {"copied": payload["telegram"]}
        await uow.handoffs.answer(topic.handoff_id, said.text, payload)
        await uow.handoffs.heartbeat(Presence.ONLINE)

    def _picture(self, said: AgentSaid) -> dict[str, JSON]:
        """Return a card with the picture, for customers on the web."""
        if said.file_id is None:
            raise _NotOnWebError
        title = DeskWording(self._phrasebook.speaker(self._desk.language)).say("picture")
        address = media_address(said.file_id, self._desk.media_key)
        return {"cards": [{"title": title, "image_url": address}]}

    async def _act(self, uow: UnitOfWork, handoff_id: int, asked: AgentAsked, staff: Staff) -> None:
        match asked.verb:
            case Verb.CLAIM:
                await uow.handoffs.take(handoff_id)
            case Verb.RESOLVE:
                words = DeskWording(self._phrasebook.speaker(self._desk.language))
                await uow.handoffs.resolve(handoff_id, asked.words or words.say("resolution"))
            case Verb.BACK:
                await uow.handoffs.hand_back(handoff_id)
            case Verb.DETAILS:
                card: dict[str, JSON] = {
                    "card": handoff_id,
                    "staff": staff.id,
                    "language": asked.language,
                }
                await uow.topics.post(Line(asked.user).key, _reply(card))
        await uow.handoffs.heartbeat(Presence.ONLINE)

    async def _topic(self, uow: UnitOfWork, asked: AgentAsked) -> Topic | None:
        if asked.handoff is not None:
            return await uow.topics.of(asked.handoff)
        return await uow.topics.at(self._desk.chat, asked.thread or 0)

    async def _why_not(
        self, handoff_id: int, verb: Verb | None = None
    ) -> tuple[str, dict[str, JSON]]:
        """Return which notice says why something was refused, and what it names."""
        async with self._store.reading(SYSTEM) as uow:
            handoff = await uow.handoffs.get(handoff_id)
            holder = handoff.taken_by if handoff else None
            name = (await uow.staff.get(holder)) if holder else None
        values: dict[str, JSON] = {"number": handoff_id, "name": name.name if name else ""}
        return _refusal(handoff, verb), values

    async def _reply(
        self,
        asked: AgentAsked,
        line: Line,
        words: DeskWording,
        key: str,
        values: dict[str, JSON],
        *,
        alert: bool,
    ) -> Told | None:
        """Tell whoever pressed a key; who gave a command is told in the topic."""
        if asked.query is None:
            await self._refuse(line, asked.external_id, key, values)
        return _told(asked, words.say(key, **values), alert=alert)

    async def _refuse(
        self, line: Line, external_id: str, key: str, values: dict[str, JSON] | None = None
    ) -> None:
        async with self._store.writing(SYSTEM) as uow:
            receipt = await uow.topics.note(_receipt(line, external_id, None))
            if not receipt.duplicate:
                await uow.topics.post(line.key, _reply({"notice": key, "values": values or {}}))
        self._bell.ring("outbox")

    def _ring(self, conversation_id: int) -> None:
        for topic in ("desk", "outbox", "inbox", conversation_id):
            self._bell.ring(topic)


def number_of(appeared: TopicAppeared) -> int | None:
    """Return the handoff that a topic's name begins with."""
    mark = appeared.name.split(" ", 1)[0].removeprefix("#")
    return int(mark) if mark.isdecimal() else None


def _refusal(handoff: Handoff | None, verb: Verb | None) -> str:
    state = handoff.state if handoff else None
    if state is HandoffState.WAITING:
        return "claim_first" if verb is None else "not_yours"
    if state in (HandoffState.TAKEN, HandoffState.SNOOZED):
        if verb is None:
            return "held_by"
        return "taken_by" if verb is Verb.CLAIM else "not_yours"
    return "over" if verb is None else "already_over"


def _done(verb: Verb) -> str:
    return {
        Verb.CLAIM: "claimed",
        Verb.RESOLVE: "resolved",
        Verb.BACK: "handed_back",
        Verb.DETAILS: "details_sent",
    }[verb]


def _told(asked: AgentAsked, text: str, *, alert: bool) -> Told | None:
    return None if asked.query is None else Told(asked.query, text, alert)


def _receipt(line: Line, external_id: str, staff: Staff | None) -> InboundMessage:
    return InboundMessage(
        line.key,
        external_id,
        "",
        author=Author.AGENT,
        staff_id=staff.id if staff else None,
    )


def _reply(payload: JSONObject) -> NewReply:
    return NewReply("", payload, author=Author.SYSTEM)
