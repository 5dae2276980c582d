"""The event stream over a real connection: nothing lost, nothing twice, and it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from small_site import Site, Talk, answering, listening

from crm_store.errors import ConflictError
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import NewReply
from crm_store.types.handoffs import HandoffReason


@dataclass(frozen=True)
class Event:
    kind: str
    data: dict[str, object]
    id: int | None


class Stream:
    """Reads events as a browser does."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, *kinds: str) -> Event:
        """Return the next event of one of these kinds."""
        async with asyncio.timeout(60):
            while True:
                event = await self._event()
                if event.kind in kinds:
                    return event

    async def messages(self, count: int) -> list[Event]:
        return [await self.next("message") for _ in range(count)]

    async def ended(self) -> bool:
        """Read to the end."""
        async with asyncio.timeout(60):
            async for _ in self._lines:
                pass
        return True

    async def _event(self) -> Event:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line and "data" in fields:
                return Event(
                    fields["event"],
                    json.loads(fields["data"]),
                    int(fields["id"]) if "id" in fields else None,
                )
            name, colon, value = line.partition(": ")
            if colon and name:
                fields[name] = value
        raise AssertionError("the stream ended")


@asynccontextmanager
async def following(address: str, talk: Talk, after: int | None = None) -> AsyncIterator[Stream]:
    headers = {**talk.headers} if after is None else {**talk.headers, "Last-Event-ID": str(after)}
    async with (
        httpx.AsyncClient(base_url=address, timeout=60) as client,
        client.stream("GET", f"{talk.path}/events", headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


async def test_a_stream_opened_before_the_first_message_tells_everything(site: Site) -> None:
    talk = await site.open()
    async with listening(site.api) as address, following(address, talk) as stream:
        await talk.say("你好", client_id="hello-hello")
        said, reply = await stream.messages(2)
        assert said.data["client_id"] == "hello-hello"
        assert (reply.data["author"], reply.id) == ("bot", reply.data["id"])


async def test_a_dropped_connection_goes_on_without_loss_or_repetition(site: Site) -> None:
    talk = await site.open()
    seen: list[int] = []
    async with listening(site.api) as address:
        for number in range(4):
            after = seen[-1] if seen else None
            async with following(address, talk, after) as stream:
                await talk.say(f"你好 {number}")
                event = await stream.next("message")
                assert event.id is not None
                seen.append(event.id)
            # The connection is gone; the answer and one more message come meanwhile.
            await talk.answered()
            await talk.say(f"谢谢 {number}")
            await talk.answered()
        whole = [message["id"] for message in await talk.read(limit=200)]
        async with following(address, talk, seen[-1]) as stream:
            rest = await stream.messages(len(whole) - whole.index(seen[-1]) - 1)
        missed = [event.id for event in rest]
        assert whole[whole.index(seen[-1]) + 1 :] == missed
        async with following(address, talk, 0) as stream:
            assert [event.id for event in await stream.messages(len(whole))] == whole
    assert whole[0] == seen[0]
    assert len(set(whole)) == len(whole)


async def test_typing_is_told_until_the_answer_is_there(quiet_site: Site) -> None:
    site = quiet_site
    talk = await site.open()
    async with listening(site.api) as address, following(address, talk) as stream:
        await talk.say("你好")
        assert (await stream.next("typing")).data == {"typing": True}
        async with answering(site.assistant):
            assert (await stream.next("typing")).data == {"typing": False}


async def test_owner_and_agent_are_told(site: Site) -> None:
    talk = await site.open()
    agent = Actor(Role.AGENT, staff_id=site.assistant.people.agent, surface=Surface.DESK)
    async with listening(site.api) as address, following(address, talk) as stream:
        await talk.say("/talk_to_human", title="转人工")
        assert (await stream.next("owner")).data == {"owner": "bot", "agent": None}
        assert (await stream.next("owner")).data == {"owner": "waiting", "agent": None}
        async with site.assistant.store.writing(agent) as uow:
            [handoff] = await uow.handoffs.open()
            await uow.handoffs.take(handoff.id)
            await uow.handoffs.answer(handoff.id, "您好，我是小安")
        assert (await stream.next("owner")).data == {"owner": "human", "agent": "小安"}
        while (message := await stream.next("message")).data["author"] != "agent":
            continue
        assert (message.data["text"], message.data["agent"]) == ("您好，我是小安", "小安")


async def test_an_answer_made_before_a_change_of_hands_is_refused(quiet_site: Site) -> None:
    site = quiet_site
    talk = await site.open()
    await talk.say("转人工")
    agent = Actor(Role.AGENT, staff_id=site.assistant.people.agent, surface=Surface.DESK)
    async with site.assistant.store.writing(SYSTEM) as uow:
        await uow.handoffs.request(1, HandoffReason.ASKED, {}, epoch=0)
    with pytest.raises(ConflictError):
        async with site.assistant.store.writing(SYSTEM) as uow:
            await uow.conversations.reply(1, [NewReply("太迟的回答")], epoch=0)
    async with site.assistant.store.writing(agent) as uow:
        [handoff] = await uow.handoffs.open()
        await uow.handoffs.take(handoff.id)
        await uow.handoffs.answer(handoff.id, "我来了")
    async with answering(site.assistant):
        messages = await talk.answered()
    assert [m["text"] for m in messages] == ["转人工", "我来了"]


async def test_the_stream_ends_when_the_server_stops(site: Site) -> None:
    talk = await site.open()
    async with AsyncExitStack() as connection:
        async with listening(site.api) as address:
            await talk.say("你好")
            stream = await connection.enter_async_context(following(address, talk))
            await stream.messages(1)
        assert await stream.ended()


async def test_open_streams_are_counted(site: Site) -> None:
    talk = await site.open()
    await talk.say("你好")
    async with listening(site.api) as address, following(address, talk) as stream:
        await stream.messages(1)
        metrics = await site.client.get("/metrics")
        assert "huike_sse_connections 1.0" in metrics.text
