"""Parameters of the methods: which there are, of what kind, and which must be given.

They arrive as a query string, a form or JSON; objects inside a form are JSON text.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from emulators.telegram.errors import bad_request


def integer(value: Any) -> int:
    return int(string(value) if not isinstance(value, int) else value)


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def boolean(value: Any) -> bool:
    known = {True: True, False: False, "true": True, "false": False, "True": True, "False": False}
    return known[value]


def array(value: Any) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise TypeError
    return found


def mapping(value: Any) -> dict[str, Any]:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise TypeError
    return found


Reader = Callable[[Any], Any]

METHODS: Mapping[str, Mapping[str, Reader]] = {
    "getme": {},
    "getupdates": {
        "offset": integer,
        "limit": integer,
        "timeout": integer,
        "allowed_updates": array,
    },
    "sendmessage": {
        "chat_id": integer,
        "message_thread_id": integer,
        "text": string,
        "parse_mode": string,
        "link_preview_options": mapping,
        "disable_notification": boolean,
        "protect_content": boolean,
        "reply_markup": mapping,
    },
    "answercallbackquery": {
        "callback_query_id": string,
        "text": string,
        "show_alert": boolean,
        "cache_time": integer,
    },
    "sendchataction": {"chat_id": integer, "action": string},
    "setmycommands": {"commands": array, "language_code": string, "scope": mapping},
    "copymessage": {
        "chat_id": integer,
        "message_thread_id": integer,
        "from_chat_id": integer,
        "message_id": integer,
        "caption": string,
        "reply_markup": mapping,
    },
    "editmessagereplymarkup": {
        "chat_id": integer,
        "message_id": integer,
        "reply_markup": mapping,
    },
    "pinchatmessage": {
        "chat_id": integer,
        "message_id": integer,
        "disable_notification": boolean,
    },
    "createforumtopic": {"chat_id": integer, "name": string, "icon_color": integer},
    "closeforumtopic": {"chat_id": integer, "message_thread_id": integer},
    "reopenforumtopic": {"chat_id": integer, "message_thread_id": integer},
    "getfile": {"file_id": string},
}

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "sendmessage": ("chat_id", "text"),
    "answercallbackquery": ("callback_query_id",),
    "sendchataction": ("chat_id", "action"),
    "setmycommands": ("commands",),
    "copymessage": ("chat_id", "from_chat_id", "message_id"),
    "editmessagereplymarkup": ("chat_id", "message_id"),
    "pinchatmessage": ("chat_id", "message_id"),
    "createforumtopic": ("chat_id", "name"),
    "closeforumtopic": ("chat_id", "message_thread_id"),
    "reopenforumtopic": ("chat_id", "message_thread_id"),
    "getfile": ("file_id",),
}


def read(method: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a known method; raises `ApiError`."""
    known = METHODS[method]
    for name in raw:
        if name not in known:
            raise bad_request(f"unknown parameter {name} (the emulator is strict)")
    for name in REQUIRED.get(method, ()):
        if name == "text" and not raw.get(name):
            raise bad_request("message text is empty")
        if name not in raw:
            raise bad_request(f"parameter {name} is required")
    return {name: _value(name, known[name], value) for name, value in raw.items()}


def _value(name: str, reader: Reader, value: Any) -> Any:
    try:
        return reader(value)
    except (ValueError, TypeError, KeyError):
        raise bad_request(f"can't parse parameter {name}") from None
