"""Pictures and voice messages: kept with what they are sent for.

Nobody here can look at them, so they wait for a human: in the errand that is being settled, whose
case takes them over, or else in the case that is open.
"""

from dataclasses import dataclass
from typing import Final

from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind
from crm_store.types.conversations import JSON, Conversation, JSONObject, Message

ATTACHMENTS: Final = "attachments"
"""The slot, and the detail of a case, with the ids of messages that brought something."""
_TASKS: Final = frozenset({CaseKind.CALL_BACK, CaseKind.PRIVACY})
"""Cases that nothing is sent for."""


def brings_something(message: Message) -> bool:
    """Whether a message is or has a picture, a voice message or the like."""
    return bool(message.payload.get("attachment"))


def message_ids(kept: JSON) -> list[int]:
    """Return the ids that a slot or a case keeps; empty where there are none."""
    return [one for one in kept if isinstance(one, int)] if isinstance(kept, list) else []


def with_message(kept: JSON, message_id: int) -> JSONObject:
    """Return a slot or detail that keeps one message more, once."""
    ids: list[JSON] = [one for one in message_ids(kept) if one != message_id]
    return {ATTACHMENTS: [*ids, message_id]}


async def case_for(uow: UnitOfWork, conversation: Conversation) -> Case | None:
    """Return the open case that something sent now is for: the newest of this conversation.

    Where it has none, the member's only one.
    """
    here = [one for one in await uow.cases.for_conversation(conversation.id) if _takes(one)]
    if here or conversation.member_id is None:
        return next(iter(here), None)
    theirs = [one for one in await uow.cases.for_member(conversation.member_id) if _takes(one)]
    return theirs[0] if len(theirs) == 1 else None


def _takes(case: Case) -> bool:
    return case.closed_at is None and case.kind not in _TASKS


@dataclass(frozen=True, slots=True)
class LinkAttachment:
    """Note on the open case what was sent for it; without one it stays in the conversation."""

    message_id: int

    async def apply(self, uow: UnitOfWork, conversation: Conversation) -> None:
        """Note it, once."""
        case = await case_for(uow, conversation)
        if case is not None:
            detail = with_message(case.detail.get(ATTACHMENTS), self.message_id)
            await uow.cases.change(case.number, state=case.state, detail=detail)
