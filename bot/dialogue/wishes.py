"""What a customer wishes for, read from words: conditions for the catalogue search.

The conditions can be given up one by one, in the order in which people mind least, so that an
answer can say which of them it did not keep.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from bot.dialogue.shops import NOWHERE, Place
from bot.dialogue.skill import Turn
from knowledge.types import SearchFilters
from nlu.language import to_simplified
from nlu.types import PriceRange

_EXACT_SPREAD = Decimal("0.2")
"""A single price ("200元的面霜") means about that much."""
_DROPPABLE: Final = ("size", "colour", "price", "place", "brand", "category")
LONGEST_ECHO: Final = 30

# What is left of "帮我找个东西" without these words is nothing to search for.
_FILLER: Final = re.compile(
    r"我想要?|我要|想要?|帮我|帮忙|给我|麻烦|请问?|你们?家?|店里|找一?下?|搜索?一?下?|查一?下?|看一?看|"
    r"看一?下|推荐一?下?|介绍|建议|买|挑|选|有没有|有什么|什么|哪些|一些|一点|东西|商品|产品|货|好的?|"
    r"适合|不知道|随便|点|个|件|款|些|吧|呢|啊|呀|吗|呗|的|了|下|一|不|给|可以|能|您好?|你好?|亲|"
    r"\b(?:i|i'd|i'm|me|my|you|your|we|do|can|could|would|will|please|pls|want|need|like|to|a|an|the|"
    r"some|something|anything|find|search|look|looking|for|show|help|buy|get|have|any|product|products|"
    r"item|items|goods|stuff|thing|things|recommend|recommendation|recommendations|suggest|suggestion|"
    r"suggestions|what|which|is|are|should|good|nice|hi|hello|hey|with|of|in|on|us|choose|pick|give)\b",
    re.IGNORECASE,
)
_MEANINGFUL: Final = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wished for, and the conditions on it."""

    text: str
    """Words for the search; empty when the conditions say it all, or nothing was said."""
    price: PriceRange | None = None
    category: str | None = None
    brand: str | None = None
    colour: str | None = None
    size: str | None = None
    place: Place = NOWHERE

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions that are set, those that people mind least first."""
        return tuple(name for name in _DROPPABLE if self._is_set(name))

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to search for."""
        return not self.text and not self.conditions

    def without(self, condition: str) -> "Wish":
        """Return the wish with one condition given up."""
        given_up = NOWHERE if condition == "place" else None
        return replace(self, **{condition: given_up})  # type: ignore[arg-type]

    def filters(self, allowed: frozenset[str] | None) -> SearchFilters:
        """Return the conditions as search takes them."""
        low, high = _bounds(self.price)
        return SearchFilters(
            price_min=low,
            price_max=high,
            categories=frozenset({self.category} if self.category else ()),
            brands=frozenset({self.brand} if self.brand else ()),
            colours=frozenset({self.colour} if self.colour else ()),
            sizes=_spellings(self.size) if self.size else frozenset(),
            allowed=allowed,
        )

    def _is_set(self, name: str) -> bool:
        return self.place.named if name == "place" else getattr(self, name) is not None


def wish_of(turn: Turn, place: Place) -> Wish:
    """Read the wish from slots, entities and words of a turn."""
    price = turn.value("price")
    text = str(turn.slots.get("wish") or turn.said).strip()
    return Wish(
        text=text if has_content(text) else "",
        price=price if isinstance(price, PriceRange) else None,
        category=turn.slot("category"),
        brand=turn.slot("brand"),
        colour=turn.slot("colour"),
        size=turn.slot("size"),
        place=place,
    )


def has_content(text: str) -> bool:
    """Whether words say what is wished for, beyond wishing for something."""
    return _MEANINGFUL.search(_FILLER.sub(" ", to_simplified(text))) is not None


def echo(text: str) -> str:
    """Return the customer's words as they can be repeated to them."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_ECHO else line[:LONGEST_ECHO] + "…"


def condition_words(turn: Turn, wish: Wish, name: str) -> str:
    """Return a condition as one says it: "200元以内", "under ¥200"."""
    match name:
        case "price" if wish.price is not None:
            return _price_words(turn, wish.price)
        case "colour" if wish.colour is not None:
            return turn.name_of("colours", wish.colour)
        case "place" if wish.place.shop is not None:
            return turn.local(wish.place.shop.name)
        case "place" if wish.place.city is not None:
            return turn.name_of("cities", wish.place.city)
        case "category" if wish.category is not None:
            return turn.name_of("categories", wish.category)
        case _:
            return turn.speaker.script(str(getattr(wish, name)))


def _price_words(turn: Turn, price: PriceRange) -> str:
    low = None if price.min is None else turn.speaker.money(price.min, price.currency or "CNY")
    high = None if price.max is None else turn.speaker.money(price.max, price.currency or "CNY")
    return turn.words("wishes.price", low=low, high=high)


def _spellings(size: str) -> frozenset[str]:
    """Return a size as people and as labels write it: "30ml" and "30 ml"."""
    return frozenset({size, re.sub(r"(?<=\d)(?=[a-z]+$)", " ", size)})


def _bounds(price: PriceRange | None) -> tuple[Decimal | None, Decimal | None]:
    if price is None:
        return None, None
    if price.min is not None and price.min == price.max:
        spread = price.min * _EXACT_SPREAD
        return price.min - spread, price.min + spread
    return price.min, price.max
