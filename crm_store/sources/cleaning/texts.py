"""Texts, and what all cleaning begins with."""

import re
import unicodedata

from crm_store.errors import InvalidRecordError
from crm_store.types.conversations import JSON
from crm_store.types.text import LocalText

BLANK = frozenset({"", "-", "--", "null", "none", "n/a", "\\n"})
LONGEST_BLANK = max(map(len, BLANK))
CHINESE = re.compile(r"[\u3400-\u9fff]")


def is_blank(value: JSON) -> bool:
    """Return whether a raw value says nothing."""
    if not isinstance(value, str):
        return value is None
    if len(value) > LONGEST_BLANK and not value[0].isspace():
        return False
    written = value.strip()
    return len(written) <= LONGEST_BLANK and written.lower() in BLANK


def text(value: JSON, field: str) -> str:
    """Return text as written, without spaces around it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict | list | bool) or value is None:
        raise refusal(field, "text")
    return str(value)


def folded(value: JSON, field: str) -> str:
    """Return text in NFKC: full-width letters and digits become plain ones."""
    if isinstance(value, str) and value.isascii():
        return value.strip()
    return unicodedata.normalize("NFKC", text(value, field)).strip()


def local(value: JSON, field: str) -> LocalText:
    """Return text in both languages, from ``{"zh": …, "en": …}`` or from one text."""
    if isinstance(value, dict):
        zh, en = (
            "" if is_blank(value.get(part)) else text(value.get(part), field)
            for part in ("zh", "en")
        )
    else:
        written = text(value, field)
        zh, en = (written, "") if CHINESE.search(written) else ("", written)
    if not (zh or en):
        raise refusal(field, "text in Chinese or English")
    return LocalText(zh, en)


def local_map(value: JSON, field: str) -> dict[str, LocalText]:
    """Return texts by name."""
    if not isinstance(value, dict):
        raise refusal(field, "an object of texts")
    return {key: local(item, f"{field}.{key}") for key, item in value.items() if not is_blank(item)}


def listed(value: JSON, field: str) -> tuple[str, ...]:
    """Return a list of texts, from a list or from text parted by commas, 、 or semicolons."""
    if isinstance(value, list):
        return tuple(text(item, field) for item in value if not is_blank(item))
    return tuple(part for part in re.split(r"\s*[,，、;；|]\s*", text(value, field)) if part)


def raw(value: JSON, _field: str) -> JSON:
    """Return JSON as it came, for what is kept only to be shown."""
    return value


def refusal(field: str, what: str) -> InvalidRecordError:
    """Return the error that names the field and what it should be, never the value."""
    return InvalidRecordError(f"{field}: expected {what}")
