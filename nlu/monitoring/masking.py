"""Sentences that may be shown to whoever labels them: without what names a person."""

import re
from datetime import date
from typing import Final

from nlu.entities import EntityExtractor
from nlu.normalise import normalise
from nlu.training.data import TrainingData

PERSONAL_KINDS: Final = frozenset(
    {"phone", "phone_tail", "email", "order_number", "card_number", "person_name", "address"}
    | {"tax_number", "company", "verification_code", "pickup_code", "coupon_code"}
)
_ANY_DAY: Final = date(2000, 1, 1)
# Whatever no rule knows: ids in social networks, flat and passport numbers.
_LEFT: Final = (
    (re.compile(r"[^\s@<>]+@[^\s@<>]+"), "email"),
    (re.compile(r"(?<!\d)\d(?:[\s-]?\d){4,}(?!\d)"), "number"),
    (re.compile(r"(?i)(?:微信|wechat|vx|qq)号?[:：\s是]*[A-Za-z0-9_-]{5,}"), "contact"),
)


class Mask:
    """Takes personal data out of sentences."""

    def __init__(self) -> None:
        self._extractor = EntityExtractor(TrainingData(()))

    def __call__(self, text: str, known: tuple[tuple[int, int, str], ...] = ()) -> str:
        """`text` with a kind in angle brackets for each personal piece.

        `known` are start, end and kind of the entities that the parse of the message found; the
        rules look once more, for the engine that parsed it may know fewer kinds.
        """
        found = [
            (entity.start, entity.end, entity.entity)
            for entity in self._extractor.extract(normalise(text), _ANY_DAY)
        ]
        spans = [span for span in (*known, *found) if span[2] in PERSONAL_KINDS]
        spans += [(*m.span(), kind) for pattern, kind in _LEFT for m in pattern.finditer(text)]
        pieces: list[str] = []
        read = 0
        for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
            if start >= read:
                pieces += [text[read:start], f"<{kind}>"]
            read = max(read, end)
        return "".join((*pieces, text[read:]))
