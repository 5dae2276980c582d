"""The server: methods over HTTP, faults on demand, and the people who use the bot."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

from aiohttp import web
from emulators.telegram import keyboards, parameters, texts
from emulators.telegram.errors import (
    BLOCKED,
    NEVER_STARTED,
    NOT_FOUND,
    OLD_QUERY,
    UNAUTHORIZED,
    ApiError,
    bad_request,
    too_many_requests,
)
from emulators.telegram.groups import Group
from emulators.telegram.people import Person, Shown
from emulators.telegram.rates import Limits, Rate
from emulators.telegram.updates import UpdateQueue

ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "find_location"})
QUERY_SECONDS = 60
LONGEST_NOTICE = 200
LONGEST_CAPTION = 1024
LONGEST_TOPIC = 128
DATE = 1_790_000_000
MEDIA = ("photo", "voice", "audio", "video", "document", "sticker", "video_note", "location")


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with the next call of a method."""

    status: int = 0
    """The HTTP status to answer with; 0: the connection breaks off without an answer."""
    retry_after: int = 0
    processed: bool = False
    """Whether the call takes effect all the same."""


@dataclass
class Query:
    """An open callback query."""

    person: Person
    asked_at: float


class BotApiEmulator:
    """One bot and its users. Use it as an async context manager; ``url`` is its address."""

    def __init__(
        self,
        token: str = "424242:emulated-token-of-thirty-five-chars",
        *,
        per_chat: Rate | None = None,
        overall: Rate | None = None,
        per_group: Rate | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.updates = UpdateQueue()
        self.commands: dict[str, list[dict[str, Any]]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refusals: list[ApiError] = []
        self.on_poll: Callable[[int], Awaitable[None]] | None = None
        """Awaited with the offset of a getUpdates before the offset takes effect."""
        self._clock = clock
        self._limits = Limits(clock, per_chat, overall, per_group)
        self._groups: dict[int, Group] = {}
        self._contents: dict[tuple[int, int], dict[str, Any]] = {}
        """What people sent, for copying it."""
        self.files: dict[str, bytes] = {}
        """Files by their ids, for downloading them."""
        self._people: dict[int, Person] = {}
        self._queries: dict[str, Query] = {}
        self._faults: defaultdict[str, deque[Fault | None]] = defaultdict(deque)
        self._message_ids = count(1)
        self._query_ids = count(9_000_000_000)
        self._holding = ""
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/bot{token}/{method}", self._handle)
        application.router.add_get("/file/bot{token}/photos/{name}", self._download)
        self._runner = web.AppRunner(application, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self.updates.terminate_other()
        if self._runner is not None:
            await self._runner.cleanup()

    def person(
        self, name: str = "小林", *, language_code: str = "zh-hans", phone: str = "+8613800138000"
    ) -> Person:
        """Return a new user, who has not spoken to the bot yet."""
        person = Person(
            id=7_000_000_000 + len(self._people),
            first_name=name,
            language_code=language_code,
            phone=phone,
            push=self._push,
            next_id=lambda: next(self._message_ids),
            ask=self._open_query,
        )
        self._people[person.id] = person
        return person

    def group(self, title: str = "客服") -> Group:
        """Return a new forum group, in which the bot is an administrator with all rights."""
        group = Group(
            id=-1_002_000_000_000 - len(self._groups),
            title=title,
            bot=self._bot_user(),
            push=self._push,
            next_id=lambda: next(self._message_ids),
            ask=self._open_query,
        )
        self._groups[group.id] = group
        return group

    def fail_next(self, method: str, *faults: Fault | None) -> None:
        """Let the next calls of a method go wrong, one fault each; ``None`` lets one pass."""
        self._faults[method.lower()].extend(faults)

    def hold(self, method: str) -> None:
        """Let calls of a method take effect and never answer them."""
        self._holding = method.lower()

    def release(self) -> None:
        """Answer again."""
        self._holding = ""

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds; it is looked at after every call."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def sent(self) -> list[dict[str, Any]]:
        """The parameters of every sendMessage that was tried."""
        return [given for method, given in self.calls if method == "sendmessage"]

    def _push(self, kind: str, content: dict[str, Any]) -> int | None:
        if kind == "message":
            self._contents[content["chat"]["id"], content["message_id"]] = content
        return self.updates.push(kind, content)

    def _bot_user(self) -> dict[str, Any]:
        return {"id": self.bot_id, "is_bot": True, "first_name": "会客", "username": "huike_bot"}

    def _open_query(self, person: Person) -> str:
        query_id = str(next(self._query_ids))
        self._queries[query_id] = Query(person, self._clock())
        return query_id

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            result = await self._call(request)
            return web.json_response({"ok": True, "result": result})
        except ApiError as error:
            self.refusals.append(error)
            return web.json_response(error.to_json(), status=error.code)
        finally:
            self._changed.set()

    async def _call(self, request: web.Request) -> Any:
        if request.match_info["token"] != self.token:
            raise UNAUTHORIZED
        method = request.match_info["method"].lower()
        if method not in parameters.METHODS:
            raise NOT_FOUND
        given = parameters.read(method, await _raw(request))
        self.calls.append((method, given))
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault is not None and not fault.processed:
            _break(request, fault)
        result = await getattr(self, f"_{method}")(given)
        if self._holding == method:
            self._changed.set()
            await asyncio.Event().wait()  # until the connection is gone
        if fault is not None:
            _break(request, fault)
        return result

    async def _getme(self, given: dict[str, Any]) -> dict[str, Any]:
        return self._bot_user()

    async def _getupdates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        self.updates.terminate_other()
        if self.on_poll is not None:
            await self.on_poll(given.get("offset", 0))
        self.updates.acknowledge(given.get("offset", 0))
        self._changed.set()
        return await self.updates.get(
            limit=given.get("limit", 100),
            seconds=given.get("timeout", 0),
            allowed=given.get("allowed_updates"),
        )

    async def _sendmessage(self, given: dict[str, Any]) -> dict[str, Any]:
        screen = self._screen(given)
        text = texts.visible(given["text"], given.get("parse_mode"))
        markup = keyboards.check(given["reply_markup"]) if "reply_markup" in given else None
        self._limits.take(given["chat_id"])
        shown = Shown(next(self._message_ids), text, markup)
        screen.append(shown)
        return {
            "message_id": shown.message_id,
            "date": DATE,
            "chat": self._chat(given["chat_id"]),
            "from": self._bot_user(),
            "text": text,
        }

    async def _copymessage(self, given: dict[str, Any]) -> dict[str, Any]:
        screen = self._screen(given)
        source = self._contents.get((given["from_chat_id"], given["message_id"]))
        if source is None:
            raise bad_request("message to copy not found")
        media = {kind: source[kind] for kind in MEDIA if kind in source}
        if not media and "text" not in source:
            raise bad_request("message can't be copied")
        caption = given.get("caption", source.get("caption", ""))
        if texts.utf16_units(caption) > LONGEST_CAPTION:
            raise bad_request("message caption is too long")
        markup = keyboards.check(given["reply_markup"]) if "reply_markup" in given else None
        self._limits.take(given["chat_id"])
        shown = Shown(next(self._message_ids), caption if media else source["text"], markup, media)
        screen.append(shown)
        return {"message_id": shown.message_id}

    async def _editmessagereplymarkup(self, given: dict[str, Any]) -> dict[str, Any]:
        group = self._group(given["chat_id"])
        markup = keyboards.check(given["reply_markup"]) if "reply_markup" in given else None
        shown = group.edit(given["message_id"], markup)
        return {
            "message_id": shown.message_id,
            "date": DATE,
            "chat": group.chat,
            "from": self._bot_user(),
            "text": shown.text,
        }

    async def _pinchatmessage(self, given: dict[str, Any]) -> bool:
        self._group(given["chat_id"]).pin(given["message_id"])
        return True

    async def _createforumtopic(self, given: dict[str, Any]) -> dict[str, Any]:
        if not 1 <= len(given["name"]) <= LONGEST_TOPIC:
            raise bad_request("TOPIC_TITLE_EMPTY" if not given["name"] else "TOPIC_TITLE_TOO_LONG")
        return self._group(given["chat_id"]).create(given["name"])

    async def _closeforumtopic(self, given: dict[str, Any]) -> bool:
        return self._group(given["chat_id"]).close(given["message_thread_id"], closed=True)

    async def _reopenforumtopic(self, given: dict[str, Any]) -> bool:
        return self._group(given["chat_id"]).close(given["message_thread_id"], closed=False)

    async def _getfile(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["file_id"] not in self.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        file_id = given["file_id"]
        return {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_size": len(self.files[file_id]),
            "file_path": f"photos/{file_id}.jpg",
        }

    async def _download(self, request: web.Request) -> web.Response:
        name = request.match_info["name"].removesuffix(".jpg")
        if request.match_info["token"] != self.token or name not in self.files:
            return web.Response(status=404)
        return web.Response(body=self.files[name], content_type="application/octet-stream")

    def _screen(self, given: dict[str, Any]) -> list[Shown]:
        """Return where a message appears; raises `ApiError` where none can."""
        thread = given.get("message_thread_id")
        if given["chat_id"] in self._groups:
            return self._groups[given["chat_id"]].screen(thread)
        if thread is not None:
            raise bad_request("message thread not found")
        return self._reachable(given["chat_id"]).screen

    def _chat(self, chat: int) -> dict[str, Any]:
        return self._groups[chat].chat if chat in self._groups else self._people[chat].chat

    def _group(self, chat: int) -> Group:
        group = self._groups.get(chat)
        if group is None:
            raise bad_request("chat not found" if chat not in self._people else "not a forum")
        return group

    async def _answercallbackquery(self, given: dict[str, Any]) -> bool:
        query = self._queries.pop(given["callback_query_id"], None)
        if query is None or self._clock() - query.asked_at > QUERY_SECONDS:
            raise OLD_QUERY
        notice = given.get("text", "")
        if len(notice) > LONGEST_NOTICE:
            raise bad_request("MESSAGE_TOO_LONG")
        query.person.notices.append(notice)
        if given.get("show_alert"):
            query.person.alerts.append(notice)
        return True

    async def _sendchataction(self, given: dict[str, Any]) -> bool:
        if given["action"] not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._reachable(given["chat_id"]).typing += 1
        return True

    async def _setmycommands(self, given: dict[str, Any]) -> bool:
        for command in given["commands"]:
            name = command["command"]
            if not 1 <= len(name) <= 32 or not name.isascii() or name != name.lower():
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        scope = given.get("scope", {"type": "default"})
        if scope["type"] == "chat":
            self._group(scope["chat_id"]).commands[given.get("language_code", "")] = given[
                "commands"
            ]
        elif scope["type"] == "default":
            self.commands[given.get("language_code", "")] = given["commands"]
        else:
            raise bad_request("can't parse BotCommandScope (the emulator knows default and chat)")
        return True

    def _reachable(self, chat: int) -> Person:
        person = self._people.get(chat)
        if person is None:
            raise bad_request("chat not found")
        if person.blocked:
            raise BLOCKED
        if not person.started:
            raise NEVER_STARTED
        return person


async def _raw(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        body = await request.json()
        if not isinstance(body, dict):
            raise bad_request("object expected")
        return {**request.query, **body}
    return {**request.query, **await request.post()}


def _break(request: web.Request, fault: Fault) -> None:
    if fault.retry_after:
        raise too_many_requests(fault.retry_after)
    if fault.status:
        raise ApiError(fault.status, "Bad Gateway" if fault.status == 502 else "Failed")
    if request.transport is not None:
        request.transport.abort()
