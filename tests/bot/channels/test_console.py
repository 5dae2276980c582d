"""`huike chat` beside a server on the same database: no line stays without its reply."""

import asyncio
import shutil
from pathlib import Path

from heguang import Assistant, Prepared, prepared

from bot.channels.console import Console
from bot.turn.worker import Worker
from crm_store.types.conversations import Lease, Message

__all__ = ["prepared"]


class Slow:
    """Answers when it is told to, like another process that was quicker to claim a line."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self.claimed, self.goes_on = asyncio.Event(), asyncio.Event()

    async def answer(self, lease: Lease, message: Message) -> None:
        """Answer one message, later."""
        self.claimed.set()
        await self.goes_on.wait()
        await self._assistant.runner.answer(lease, message)


async def test_a_line_that_a_server_claims_first_is_waited_for(
    prepared: Prepared, tmp_path: Path
) -> None:
    database = tmp_path / "heguang.db"
    shutil.copyfile(prepared.path, database)
    assistant = await Assistant.of_buttons(prepared, database)
    slow = Slow(assistant)
    server = Worker(assistant.store, slow, assistant.bell, poll_seconds=0.01)
    late, clerk = Idle(assistant), prepared.people.clerk
    console = Console(assistant.store, assistant.inbox, late, staff_id=clerk)
    serving = asyncio.create_task(server.run())
    saying = asyncio.create_task(console.say("/bot_help"))
    await slow.claimed.wait()
    slow.goes_on.set()
    assert "查会员" in (await saying).replies[0].text
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await assistant.store.close()


class Idle(Worker):
    """Comes too late every time."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(assistant.store, assistant.runner, assistant.bell)

    async def step(self) -> bool:
        """Find nothing to do."""
        return False
