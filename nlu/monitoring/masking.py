"""Sentences that may be shown to whoever labels them: without what names a person."""

import re
from datetime import date
from typing import Final, TypeAlias

from nlu.entities import EntityExtractor
from nlu.normalise import normalise
from nlu.training.data import TrainingData

PERSONAL_KINDS: Final = frozenset(
    {"phone", "phone_tail", "email", "order_number", "card_number", "person_name", "address"}
    | {"tax_number", "company", "verification_code", "pickup_code", "coupon_code"}
)
Span: TypeAlias = tuple[int, int, str]
"""Start, end and kind."""
_ANY_DAY: Final = date(2000, 1, 1)
_HAN: Final = r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
# A resident's number has eighteen characters, as a tax number has; only this one holds a birthday.
_RESIDENT: Final = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
# Whatever no rule knows: ids in social networks, flat and passport numbers.
_LEFT: Final = (
    (re.compile(rf"[^\s@<>{_HAN}]+@[^\s@<>{_HAN}]+"), "email"),
    (re.compile(rf"[^\s@<>]*[{_HAN}]@[^\s@<>]+|[^\s@<>]+@[{_HAN}][^\s@<>]*"), "email"),
    (re.compile(r"(?<!\d)\d(?:[\s-]?\d){4,}(?!\d)"), "number"),
    (re.compile(r"(?i)(?:微信|wechat|vx|qq)号?[:：\s是]*[A-Za-z0-9_-]{5,}"), "contact"),
)


class Mask:
    """Takes personal data out of sentences."""

    def __init__(self) -> None:
        self._extractor = EntityExtractor(TrainingData(()))

    def __call__(self, text: str, known: tuple[Span, ...] = ()) -> str:
        """`text` with a kind in angle brackets for each personal piece."""
        pieces: list[str] = []
        read = 0
        for start, end, kind in self.spans(text, known):
            pieces += [text[read:start], f"<{kind}>"]
            read = end
        return "".join((*pieces, text[read:]))

    def spans(self, text: str, known: tuple[Span, ...] = ()) -> list[Span]:
        """Where `text` holds personal data, in order; what overlaps is one span.

        `known` are the entities that the parse of the message found; the rules look once more,
        for the engine that parsed it may know fewer kinds.
        """
        found = [
            (entity.start, entity.end, entity.entity)
            for entity in self._extractor.extract(normalise(text), _ANY_DAY)
        ]
        spans: list[Span] = [(*m.span(), "number") for m in _RESIDENT.finditer(text)]
        spans += [span for span in (*known, *found) if span[2] in PERSONAL_KINDS]
        spans += [(*m.span(), kind) for pattern, kind in _LEFT for m in pattern.finditer(text)]
        merged: list[Span] = []
        for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
            else:
                merged.append((start, end, kind))
        return merged
