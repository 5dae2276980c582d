"""The inbox: every channel hands its messages in here, and acknowledges after it returns."""

from collections.abc import Sequence
from dataclasses import replace

from bot.turn.bell import Bell
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import InboundMessage, Received


class Inbox:
    """Commits inbound messages and wakes a worker."""

    def __init__(self, store: CrmStore, bell: Bell, *, max_characters: int) -> None:
        self._store = store
        self._bell = bell
        self._max_characters = max_characters

    async def accept(self, messages: Sequence[InboundMessage]) -> list[Received]:
        """Commit messages in one transaction; when this returns they cannot be lost.

        Text over the limit is cut, and the payload says how long it was (``cut_from``).
        """
        async with self._store.writing(SYSTEM) as uow:
            receipts = await uow.conversations.receive([self._cut(m) for m in messages])
        self._bell.ring("inbox")
        for receipt in receipts:
            self._bell.ring(receipt.conversation_id)
        return receipts

    def _cut(self, message: InboundMessage) -> InboundMessage:
        length = len(message.text)
        if length <= self._max_characters:
            return message
        return replace(
            message,
            text=message.text[: self._max_characters],
            payload={**message.payload, "cut_from": length},
        )
