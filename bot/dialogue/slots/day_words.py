"""What people say of a time beyond its date: "周五下午", "明天没空，周五吧", "a day later".

Pure rules over a text and the dates that were found in it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from nlu.entities.numbers import parse_number
from nlu.language import to_simplified
from nlu.types import Entity


@dataclass(frozen=True, slots=True)
class DayPart:
    """The hours of a day from ``start`` on, up to but without ``end``."""

    words: re.Pattern[str]
    start: time
    end: time


def _part(chinese: str, english: str, start: int, end: int) -> DayPart:
    words = re.compile(rf"(?:{chinese}|\b(?:{english})\b)", re.IGNORECASE)
    return DayPart(words, time(start), time(end))


DAY_PARTS: Final[Mapping[str, DayPart]] = {
    "noon": _part("中午|正午", "noon|lunch ?time|midday", 11, 14),
    "morning": _part("上午|早上|早晨|一早|清早", "mornings?", 6, 12),
    "afternoon": _part("下午|午后", "afternoons?", 12, 17),
    "evening": _part("晚上|傍晚|晚间", "evenings?|tonight|nights?", 17, 23),
}
_AROUND: Final = re.compile(
    r"那|就|我?[要想约选]|还是|改(?:到|成)|换(?:到|成)|最好|都|可以|比较|方便|合适|有空|行|[好的了吧呢]|时候|时段|"
    r"\b(?:in|the|any|some ?time|please|would|is|be|best|better|fine|works?|good|make|it|rather|"
    r"then|i|prefer|okay|ok|for|me|suits?)\b|[\W_]",
    re.IGNORECASE,
)
"""What may stand around a part of the day in a message that says nothing else."""
_NO_AFTER: Final = re.compile(
    r"^(?:上午|下午|晚上)?(?:我|又|都|那天|可能|也|是)*"
    r"(?:没空|没时间|没法|不行|不方便|不可以|不在|去不了|来不了|有事|有约|有会|要?上班|要?加班|要?出差)|"
    r"^\W*(?:does ?n['’]?t|do(?:es)? not|won['’]?t|will not|is ?n['’]?t|is not|no longer)\b",
    re.IGNORECASE,
)
_NO_BEFORE: Final = re.compile(
    r"(?:不是|不要|除了|原来(?:约)?的?|本来(?:约)?的?|原定(?:的)?|从)$|"
    r"\b(?:instead of|rather than|not|except|from|busy|away|"
    r"(?:can['’]?t|cannot|can not)(?: do| make| come)?(?: it)?(?: on)?)(?: on)? (?:the )?$",
    re.IGNORECASE,
)
_LATER: Final = re.compile(
    r"(?P<way>推迟|延后|延迟|延期|顺延|往后(?:推|延|挪|移)?|晚|提前|往前(?:推|挪|移)?|早)了?"
    r"(?P<n>[1-9一两二三])个?(?P<u>天|周|星期|礼拜)|"
    r"\b(?P<n_en>[1-9]|a|one|two|three) (?P<u_en>day|week)s? (?P<way_en>later|earlier|sooner)\b",
    re.IGNORECASE,
)
_EARLIER: Final = ("提前", "往前", "早", "earlier", "sooner")
_DAYS_OF: Final = {"天": 1, "day": 1}
_WEEK: Final = 7
_HOUR: Final = re.compile(
    r"\b(?:at|around|about) (?P<h>[1-9]|1[0-9]|2[0-3])\b(?![:.]?\d| ?(?:am|pm|th|st|nd|rd)\b)|"
    r"^\W*(?P<alone>[1-9]|1[0-9]|2[0-3])(?: ?(?:o['’]?clock|点钟?|點))?\W*$",
    re.IGNORECASE,
)
_FIRST_MORNING_HOUR: Final = 8
"""Of hours before this one nobody thinks in the morning: "at 3" is in the afternoon."""


def day_part(text: str) -> str | None:
    """Return the name of the part of the day that a text speaks of first."""
    said = to_simplified(text)
    found = [
        (m.start(), name) for name, part in DAY_PARTS.items() if (m := part.words.search(said))
    ]
    return min(found)[1] if found else None


def only_day_part(text: str) -> str | None:
    """Return the part of the day that a text speaks of, if it says nothing else ("下午吧")."""
    name = day_part(text)
    if name is None:
        return None
    return None if _AROUND.sub("", DAY_PARTS[name].words.sub("", to_simplified(text))) else name


def day_meant(text: str, days: Sequence[Entity]) -> Entity | None:
    """Return the day that suits, of those that a text names; ``None`` when it suits on none."""
    said = to_simplified(text)
    suits = [
        day
        for day in days
        if not (_NO_AFTER.search(said[day.end :]) or _NO_BEFORE.search(said[: day.start]))
    ]
    return suits[-1] if suits else None


def days_later(text: str) -> int | None:
    """Return by how many days a text puts something off; below 0 it comes earlier."""
    found = _LATER.search(to_simplified(text).casefold())
    if found is None:
        return None
    count = int(parse_number(found["n"] or found["n_en"]))
    days = count * _DAYS_OF.get(found["u"] or found["u_en"], _WEEK)
    return -days if (found["way"] or found["way_en"]).startswith(_EARLIER) else days


def hour_said(text: str) -> time | None:
    """Return the hour of a text that names it without more ("at 10", "3")."""
    found = _HOUR.search(text)
    if found is None:
        return None
    hour = int(found["h"] or found["alone"])
    return time(hour + 12 if hour < _FIRST_MORNING_HOUR else hour)
