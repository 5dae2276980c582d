"""What a message says is not wanted: "不是要退，是想换"."""

import re
from collections.abc import Sequence
from typing import Final

from nlu.language import to_simplified
from nlu.segments.parts import Part, wording

_NEGATED: Final = re.compile(
    r"^(?:我|这|那个|嗯|哎|不)?[,，\s]*(?:并?不是(?:要|想|问|来|让|在问|找)|不用|不要(?!了|的)|不想(?!要了)|"
    r"不(?=[换退查改买]了)|没想|没要|别(?=给|发|取消|退|换|寄|送|再|帮))"
    r"|^(?:no,? )?(?:i (?:don['’]?t|do not)|don['’]?t|do not|i did(?:n['’]?t| not))"
    r"(?! (?:want|need) (?:it|this|that|them|these|those)\b)"
    r"(?= (?:want|need|mean|cancel|refund|return|exchange|change|send|ask|call|ship|give))"
    r"|^(?:i['’]?m |i am )?not (?=asking|about|trying|looking|here)|^no need to",
    re.IGNORECASE,
)
# "不是X，是Y": without a verb only what follows tells a correction.
_NEGATED_NOUN: Final = re.compile(r"^(?:我|这)?不是(?!说|有|在|都|已经)")
_CORRECTION: Final = re.compile(r"^(?:我?(?:而|就|只)?是|要|我(?:想|要))")
_ASKING: Final = re.compile(r"[吗嘛么?？]\W*$")


def wanted(text: str, parts: Sequence[Part]) -> list[Part]:
    """The parts that are not negated."""
    return [part for i, part in enumerate(parts) if not _is_negated(text, parts, i)]


def without_negation(text: str) -> str:
    """What would be wanted if it were not negated."""
    return _NEGATED.sub("", to_simplified(text).strip())


def _is_negated(text: str, parts: Sequence[Part], place: int) -> bool:
    said = wording(text, parts[place])
    if _ASKING.search(text[parts[place].start : parts[place].end]):
        return False
    if _NEGATED.match(said):
        return True
    following = parts[place + 1] if place + 1 < len(parts) else None
    corrected = following is not None and _CORRECTION.match(wording(text, following))
    return bool(corrected and _NEGATED_NOUN.match(said))
