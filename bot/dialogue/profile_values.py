"""What people say about themselves, read as the value of one field of their profile.

Each reader returns the value as the store keeps it; ``None`` means that it is none.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from crm_store.errors import InvalidRecordError
from crm_store.identifiers import mask, mask_address, normalise
from crm_store.types.people import IdentityKind

_ALLERGY: Final = re.compile(
    r"对(?P<zh>[^，。,.!！?？\s的]{1,20}?)(?:有点儿?|会|也)?过敏|"
    r"\ballerg(?:ic|y) to (?P<en>[\w ,'-]{2,60})",
    re.IGNORECASE,
)
_SKIN: Final = re.compile(
    r"(?:大|偏)?(?:油|干|混合|混|中|敏感|敏)(?:性|肌|皮)(?:皮肤|肌肤)?|"
    r"\b(?:oily|dry|combination|sensitive|normal)\b",
    re.IGNORECASE,
)
_HOURS: Final = re.compile(
    r"(?P<late>下午|晚上|晚)?(?P<from>\d{1,2})(?:[:：点时](?P<from_min>\d{2})?)?半?\s*(?:点|时)?\s*"
    r"(?:-|–|~|到|至|to|and)\s*(?:下午|晚上|晚)?(?P<to>\d{1,2})(?:[:：点时](?P<to_min>\d{2})?)?"
    r"\s*(?P<pm>pm)?",
    re.IGNORECASE,
)
_NOON: Final = 12
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_NUMBERED: Final = re.compile(
    r"(?P<year>\d{4})\s*[年/.-]\s*(?P<month>\d{1,2})\s*[月/.-]\s*(?P<day>\d{1,2})"
)
_DAY_FIRST: Final = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH},? (?P<year>\d{{4}})\b", re.IGNORECASE
)
_MONTH_FIRST: Final = re.compile(
    rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})\b", re.IGNORECASE
)
_LONGEST_WORDS: Final = 60


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a profile: where its value is found and how it reads."""

    read: Callable[[str], str | None]
    """Makes of an answer what the store keeps."""
    entities: tuple[str, ...] = ()
    """Kinds of entity that are its value, the likeliest first."""
    found_in: Callable[[str], str | None] = lambda _: None
    """Finds a value in the midst of a sentence."""
    masked: Callable[[str], str] = str
    """What a screen may show of it."""
    fresh: bool = False
    """Whether a proof of the last minutes is needed to change it."""
    preference: bool = False
    """Whether it is a taste or need rather than a fact about the person."""


def _identifier(kind: IdentityKind) -> Callable[[str], str | None]:
    def read(said: str) -> str | None:
        try:
            return normalise(kind, said)
        except InvalidRecordError:
            return None

    return read


def _day(said: str) -> str | None:
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        return None


def _birthday_in(said: str) -> str | None:
    """Return a day with its year; without one it would be read as the coming one."""
    if found := _NUMBERED.search(said):
        return f"{found['year']}-{int(found['month']):02d}-{int(found['day']):02d}"
    found = _DAY_FIRST.search(said) or _MONTH_FIRST.search(said)
    if found is None:
        return None
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    return f"{found['year']}-{month:02d}-{int(found['day']):02d}"


def _words(said: str) -> str | None:
    text = " ".join(said.split())
    return text if 0 < len(text) <= _LONGEST_WORDS else None


def _name(said: str) -> str | None:
    name = _words(said)
    return name if name and not any(one.isdigit() for one in name) else None


def _address(said: str) -> str | None:
    text = " ".join(said.split())
    return text or None


def _allergy_in(said: str) -> str | None:
    found = _ALLERGY.search(said)
    return None if found is None else (found["zh"] or found["en"]).strip(" ,.")


def _skin_in(said: str) -> str | None:
    """Return the last one named: "was oily, is dry now"."""
    found = _SKIN.findall(said)
    return str(found[-1]) if found else None


def _hours(said: str) -> str | None:
    """Return hours as the store compares them: ``18:00-21:00``."""
    found = _HOURS.search(said)
    if found is None:
        return None
    late = bool(found["late"] or found["pm"])
    begin = _time(found["from"], found["from_min"], late=late)
    end = _time(found["to"], found["to_min"], late=late)
    return f"{begin:%H:%M}-{end:%H:%M}" if begin and end and begin < end else None


def _time(hour: str, minute: str | None, *, late: bool) -> time | None:
    hours = int(hour) + (_NOON if late and int(hour) < _NOON else 0)
    try:
        return time(hours, int(minute or 0))
    except ValueError:
        return None


def _shown(kind: IdentityKind) -> Callable[[str], str]:
    return lambda value: mask(kind, value)


FIELDS: Final[Mapping[str, Field]] = {
    "phone": Field(
        _identifier(IdentityKind.PHONE), ("phone_new", "phone"),
        masked=_shown(IdentityKind.PHONE), fresh=True,
    ),
    "email": Field(
        _identifier(IdentityKind.EMAIL), ("email",),
        masked=_shown(IdentityKind.EMAIL), fresh=True,
    ),
    "address": Field(_address, ("address_new", "address"), masked=mask_address, fresh=True),
    "birthday": Field(_day, ("date",), found_in=_birthday_in, fresh=True),
    "name": Field(_name, ("person_name",), fresh=True),
    "allergy": Field(_words, found_in=_allergy_in, preference=True),
    "skin_type": Field(_words, found_in=_skin_in, preference=True),
    "size": Field(_words, ("size_to", "size"), preference=True),
    "interest": Field(_words, ("colour",), preference=True),
    "contact_hours": Field(_hours, found_in=_hours, preference=True),
}  # fmt: skip
"""In the order in which they are offered."""

_ABOUT: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(words, re.IGNORECASE)
    for name, words in {
        "allergy": r"过敏|\ballerg",
        "skin_type": r"肤质|皮肤|[油干混敏][皮肌]|\bskin\b",
        "size": r"尺码|鞋码|码数|\bsize\b",
        "birthday": r"生日|出生|\bbirth(?:day|date)?\b|\bdate of birth",
        "email": r"邮箱|邮件地址|\be-?mail",
        "contact_hours": r"联系.{0,4}时间|什么时候联系|\bcontact hours|\bcall me between",
        "phone": r"手机|号码|电话|换号|\b(?:phone|mobile|number|hp|sim)\b",
        "address": r"地址|搬家|住址|寄到|\b(?:address|moved? (?:house|home)|postcode)\b",
        "name": r"名字|姓名|改姓|\b(?:name|surname)\b",
        "interest": r"偏好|喜好|喜欢|\b(?:preference|interest|like)",
    }.items()
}
"""Words that name a field; the first that is found counts."""


def field_meant(said: str, entities: Mapping[str, object]) -> str | None:
    """Return the field that a message is about, by its words, else by the value it brings."""
    for name, words in _ABOUT.items():
        if words.search(said):
            return name
    return next(
        (
            name
            for name, field in FIELDS.items()
            if any(kind in entities for kind in field.entities)
        ),
        None,
    )
