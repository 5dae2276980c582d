"""Training examples that come from handoffs: proposed once, decided by managers."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, select, update

from crm_store.errors import ConflictError, InvalidRecordError, NotFoundError
from crm_store.models import ConversationRow, ExampleRow, HandoffRow, MessageRow
from crm_store.repositories.context import REPEATED_LOOK
from crm_store.repositories.handoff_moves import HandoffMoves, to_handoff
from crm_store.repositories.timeline import subject_of
from crm_store.types.actors import Role
from crm_store.types.conversations import Author
from crm_store.types.examples import Evidence, Example, ExampleState, Label, NewExample
from crm_store.types.handoffs import Handoff, HandoffState

_CLOSED_BY_HUMAN: Final = (HandoffState.RESOLVED, HandoffState.HANDED_BACK)


class ExamplesRepository(HandoffMoves):
    """The port's `Examples`."""

    async def unlearned(self, since: datetime, *, limit: int = 20) -> list[Handoff]:
        """Return handoffs that a human closed and nobody has looked through; system only."""
        self._context.require(Role.SYSTEM)
        rows = await self._session.scalars(
            select(HandoffRow)
            .where(
                HandoffRow.closed_at.is_not(None),
                HandoffRow.learned_at.is_(None),
                HandoffRow.closed_at > since,
                HandoffRow.taken_at.is_not(None),
                HandoffRow.state.in_(_CLOSED_BY_HUMAN),
            )
            .order_by(HandoffRow.closed_at, HandoffRow.id)
            .limit(limit)
        )
        return [to_handoff(row) for row in rows]

    async def propose(self, handoff_id: int, found: Sequence[NewExample]) -> int:
        """Keep examples from a closed handoff and call it learned; returns how many are new."""
        self._context.require(Role.SYSTEM)
        _, handoff = await self._locked_handoff(handoff_id)
        if handoff.state not in _CLOSED_BY_HUMAN:
            raise ConflictError(f"handoff {handoff_id} is {handoff.state}")
        new = sum([await self._keep(handoff, one) for one in found])
        handoff.learned_at = self._now()
        await self._session.flush()
        return new

    async def listed(
        self, states: Collection[ExampleState], *, limit: int = 50, exported: bool | None = None
    ) -> list[Example]:
        """Return examples, oldest first; whose words they show is audited."""
        if not self._may_review:
            return []
        query = _joined().where(ExampleRow.state.in_(states)).order_by(ExampleRow.id).limit(limit)
        if exported is not None:
            done = ExampleRow.exported_at.is_not(None)
            query = query.where(done if exported else ~done)
        return await self._seen(query)

    async def count(self, state: ExampleState) -> int:
        """Return how many there are."""
        if not self._may_review:
            return 0
        query = select(func.count()).select_from(ExampleRow).where(ExampleRow.state == state)
        return await self._session.scalar(query) or 0

    async def get(self, example_id: int) -> Example | None:  # type: ignore[override]
        """Return one example."""
        if not self._may_review:
            return None
        return next(iter(await self._seen(_joined().where(ExampleRow.id == example_id))), None)

    async def accept(self, example_id: int, intent: str, text: str) -> Example:
        """Accept a waiting example, as the acting manager corrected it."""
        if not intent.strip() or not text.strip():
            raise InvalidRecordError("an example needs an intent and a text")
        row = await self._waiting(example_id)
        row.intent, row.accepted_text = intent.strip(), text.strip()
        return await self._decided(row, ExampleState.ACCEPTED)

    async def reject(self, example_id: int) -> Example:
        """Reject a waiting example."""
        return await self._decided(await self._waiting(example_id), ExampleState.REJECTED)

    async def reconsider(self, example_id: int) -> Example:
        """Let a decided example wait again; `ConflictError` once it was exported."""
        row = await self._held(example_id)
        if row.state is ExampleState.WAITING or row.exported_at is not None:
            raise ConflictError(f"example {example_id} cannot wait again")
        row.intent = row.accepted_text = None
        return await self._decided(row, ExampleState.WAITING)

    async def exported(self, example_ids: Collection[int]) -> int:
        """Note that accepted examples are among the training data; returns how many newly are."""
        self._context.require(Role.MANAGER, Role.SYSTEM)
        marked = await self._session.scalars(
            update(ExampleRow)
            .where(
                ExampleRow.id.in_(example_ids),
                ExampleRow.state == ExampleState.ACCEPTED,
                ExampleRow.exported_at.is_(None),
            )
            .values(exported_at=self._now())
            .returning(ExampleRow.id)
        )
        return len(marked.all())

    @property
    def _may_review(self) -> bool:
        return self._actor.role in (Role.MANAGER, Role.SYSTEM)

    async def _keep(self, handoff: HandoffRow, one: NewExample) -> bool:
        message = await self._session.get(MessageRow, one.message_id)
        if (
            message is None
            or message.conversation_id != handoff.conversation_id
            or message.author is not Author.CUSTOMER
            or message.intent is None
        ):
            raise InvalidRecordError(f"message {one.message_id} is no example of this handoff")
        insert = self._context.insert(ExampleRow).values(
            message_id=message.id,
            conversation_id=handoff.conversation_id,
            handoff_id=handoff.id,
            text=one.text,
            language=one.language,
            failure=one.failure,
            understood=message.intent,
            confidence=message.confidence or 0.0,
            fingerprint=message.fingerprint or "",
            suggested=one.label.intent,
            evidence=one.label.evidence,
            evidence_of=one.label.of,
            said_at=message.created_at,
            state=ExampleState.WAITING,
        )
        once = insert.on_conflict_do_nothing(index_elements=["message_id"])
        kept = await self._session.execute(once.returning(ExampleRow.id))
        return kept.first() is not None

    async def _held(self, example_id: int) -> ExampleRow:
        """Lock an example for the acting manager."""
        self._context.require(Role.MANAGER)
        row = await self._session.get(
            ExampleRow, example_id, with_for_update=True, populate_existing=True
        )
        if row is None:
            raise NotFoundError(f"no example {example_id}")
        return row

    async def _waiting(self, example_id: int) -> ExampleRow:
        row = await self._held(example_id)
        if row.state is not ExampleState.WAITING:
            raise ConflictError(f"example {example_id} was decided already: {row.state}")
        return row

    async def _decided(self, row: ExampleRow, state: ExampleState) -> Example:
        waits = state is ExampleState.WAITING
        row.state, row.decided_at = state, None if waits else self._now()
        row.staff_id = None if waits else self._actor.staff_id
        row.decided_role = None if waits else self._actor.role.value
        await self._session.flush()
        handoff = await self._session.get_one(HandoffRow, row.handoff_id)
        conversation = await self._session.get_one(ConversationRow, row.conversation_id)
        about = {"example": row.id, "intent": row.intent}
        await self._context.record(f"example.{state}", subject_of(conversation), about)
        return _to_example(row, handoff)

    async def _seen(self, query: Select[ExampleRow, HandoffRow, ConversationRow]) -> list[Example]:
        rows = (await self._session.execute(query)).all()
        subjects = _subjects(talk for _, _, talk in rows)
        await self._context.saw("messages.review", subjects, repeated=REPEATED_LOOK)
        return [_to_example(row, handoff) for row, handoff, _ in rows]


def _joined() -> Select[ExampleRow, HandoffRow, ConversationRow]:
    return (
        select(ExampleRow, HandoffRow, ConversationRow)
        .join(HandoffRow, HandoffRow.id == ExampleRow.handoff_id)
        .join(ConversationRow, ConversationRow.id == ExampleRow.conversation_id)
        .execution_options(populate_existing=True)
    )


def _subjects(talks: Iterable[ConversationRow]) -> set[str]:
    return {subject_of(talk) for talk in talks}


def _to_example(row: ExampleRow, handoff: HandoffRow) -> Example:
    return Example(
        id=row.id,
        message_id=row.message_id,
        conversation_id=row.conversation_id,
        handoff_id=row.handoff_id,
        text=row.text,
        language=row.language,
        failure=row.failure,
        understood=row.understood,
        confidence=row.confidence,
        fingerprint=row.fingerprint,
        label=Label(row.suggested, Evidence(row.evidence), row.evidence_of),
        reason=handoff.reason,
        resolution_code=handoff.resolution_code,
        said_at=row.said_at,
        state=row.state,
        intent=row.intent,
        accepted_text=row.accepted_text,
        staff_id=row.staff_id,
        decided_role=row.decided_role,
        decided_at=row.decided_at,
        exported_at=row.exported_at,
    )
