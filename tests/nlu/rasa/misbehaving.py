"""A local HTTP server that answers as badly as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class BadServer:
    """Every connection is answered by `behaviour`; requests are kept by their first line."""

    port: int = 0
    behaviour: "Behaviour" = field(default_factory=lambda: silence)
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head.split(b"\r\n")[0].decode())
        try:
            await self.behaviour(writer)
        finally:
            writer.close()


Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


def says(body: bytes, status: str = "200 OK", *headers: str) -> Behaviour:
    """Answer with this body."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        writer.write("\r\n".join([*lines, *headers, "", ""]).encode() + body)
        await writer.drain()

    return answer


async def silence(writer: asyncio.StreamWriter) -> None:
    """Take the question and never answer."""
    await asyncio.sleep(30)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close the connection without a word, as a server does that is being stopped."""


async def endless(writer: asyncio.StreamWriter) -> None:
    """Answer for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" " * 65_536)
        await writer.drain()


@asynccontextmanager
async def bad_server(behaviour: Behaviour = silence) -> AsyncIterator[BadServer]:
    """Serve on a free port of the loopback interface."""
    server = BadServer(behaviour=behaviour)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
