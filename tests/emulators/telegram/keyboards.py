"""Keyboards: what may be in ``reply_markup``."""

from typing import Any

from emulators.telegram.errors import bad_request

MOST_KEYS = 100
MOST_IN_ROW = 8
LONGEST_DATA = 64

INLINE_KINDS = frozenset({"url", "callback_data", "copy_text", "switch_inline_query"})
REPLY_FIELDS = frozenset(
    {
        "keyboard",
        "is_persistent",
        "resize_keyboard",
        "one_time_keyboard",
        "input_field_placeholder",
        "selective",
    }
)


def check(markup: dict[str, Any]) -> dict[str, Any]:
    """Return a valid keyboard; raises `ApiError`."""
    if "inline_keyboard" in markup:
        _only(markup, {"inline_keyboard"})
        _check_rows(markup["inline_keyboard"], _check_inline)
    elif "keyboard" in markup:
        _only(markup, REPLY_FIELDS)
        _check_rows(markup["keyboard"], _check_reply)
    elif "remove_keyboard" in markup:
        _only(markup, {"remove_keyboard", "selective"})
    else:
        raise bad_request("object expected as reply markup")
    return markup


def _check_rows(rows: Any, check_key: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse keyboard: expected an Array of Arrays")
    if any(not 0 < len(row) <= MOST_IN_ROW for row in rows) or sum(map(len, rows)) > MOST_KEYS:
        raise bad_request("reply markup is too long")
    for row in rows:
        for key in row:
            if not isinstance(key, dict) or not isinstance(key.get("text"), str):
                raise bad_request("can't parse keyboard button: Can't find field \"text\"")
            if not key["text"].strip():
                raise bad_request("keyboard button text must be non-empty")
            check_key(key)


def _check_inline(key: dict[str, Any]) -> None:
    _only(key, {"text", *INLINE_KINDS})
    kinds = INLINE_KINDS & key.keys()
    if len(kinds) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    data = key.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= LONGEST_DATA:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_reply(key: dict[str, Any]) -> None:
    _only(key, {"text", "request_contact", "request_location"})


def _only(found: dict[str, Any], known: set[str] | frozenset[str]) -> None:
    if unknown := found.keys() - known:
        raise bad_request(f"unknown field {min(unknown)} (the emulator is strict)")
