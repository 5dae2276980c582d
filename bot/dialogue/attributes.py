"""Which attributes of a product a question asks for, and what the product's data says of them."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from bot.dialogue.cards import price_of, size_name
from bot.dialogue.skill import Turn
from crm_store.types.catalog import Product
from knowledge.lexical import terms
from nlu.language import to_simplified

FILE: Final = Path(__file__).with_name("attributes.yml")
_SENTENCE_END: Final = re.compile(r"(?<=[。；！？])|(?<=[.!?;])\s+")
_CLAUSE_END: Final = re.compile(r"[。；！？，,.!?;]")
_SAYS_NOTHING: Final = re.compile(
    r"这个|这件|这款|那个|那款|产品|商品|里面|能不能|可不可以|是不是|请问|怎么|多少|哪里|\bone\b|\bhow\b|\bdoes\b|\buse\b|"
    r"\bgood\b|\bmany\b|\bmuch\b|\bwill\b|\bproducts?\b",
    re.IGNORECASE,
)


def attributes_asked(text: str) -> list[str]:
    """Return the attributes that a question speaks of: slugs, and sizes, colours, price."""
    said = to_simplified(text)
    return [name for name, words in _words().items() if words.search(said)]


def known(turn: Turn, product: Product, names: list[str]) -> list[str]:
    """Return what the product's data says of these attributes, line by line."""
    facts = _facts(turn, product)
    return [facts[name] for name in names if name in facts]


def told_in_description(turn: Turn, product: Product, text: str) -> list[str]:
    """Return the sentences of the description that have a word of the question.

    The name of the product does not count: every sentence is about it.
    """
    name = f"{product.name.zh} {product.name.en} {product.brand}"
    asked = set(terms(_SAYS_NOTHING.sub(" ", to_simplified(text)))) - set(terms(name))
    told = turn.local(product.description)
    found = [one.strip() for one in _SENTENCE_END.split(told) if asked & set(terms(one))]
    return [one for one in found if _CLAUSE_END.sub("", one)]


def _facts(turn: Turn, product: Product) -> Mapping[str, str]:
    facts = {
        name: turn.words(
            "cards.attribute", name=turn.name_of("attributes", name), text=turn.local(text)
        )
        for name, text in product.attributes.items()
    }
    for name, value in (
        ("sizes", _sizes(turn, product)),
        ("colours", _colours(turn, product)),
        ("price", price_of(turn, product)),
    ):
        if value:
            title = turn.words(f"product_question.{name}")
            facts[name] = turn.words("cards.attribute", name=title, text=value)
    return facts


def _sizes(turn: Turn, product: Product) -> str:
    sizes = dict.fromkeys(size_name(turn, one.size) for one in product.variants if one.size)
    return turn.words("cards.list", items=list(sizes)) if sizes else ""


def _colours(turn: Turn, product: Product) -> str:
    colours = dict.fromkeys(
        turn.name_of("colours", one.colour) for one in product.variants if one.colour
    )
    return turn.words("cards.list", items=list(colours)) if colours else ""


@cache
def _words() -> Mapping[str, re.Pattern[str]]:
    document: dict[str, str] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return {name: re.compile(words, re.IGNORECASE) for name, words in document.items()}
