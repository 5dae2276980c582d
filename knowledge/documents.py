"""What of a product is searched: passages for the vectors, words for BM25."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.lexical import terms
from knowledge.types import CatalogItem

_NEUTRAL = ""
_LONGEST_PASSAGE = 320  # characters: past the first sentences a vector only blurs, and costs time


@dataclass(frozen=True, slots=True)
class Document:
    """The searchable text of one product. Price and stock are not in it: they change daily."""

    product_id: str
    passages: tuple[str, ...]
    """One for each language: a question is nearest to text in its own language."""
    text: str
    """Everything that may be looked up by its words, all languages together."""

    def terms(self) -> list[str]:
        """Words for BM25."""
        return terms(self.text)


def documents(items: Iterable[CatalogItem]) -> list[Document]:
    """Documents in the order of product ids."""
    return [_document(item) for item in sorted(items, key=lambda item: item.product_id)]


def fingerprint(docs: Iterable[Document]) -> str:
    """Changes when any searchable text or the set of products changes."""
    digest = hashlib.sha256()
    for doc in docs:
        for part in (doc.product_id, *doc.passages, doc.text):
            digest.update(part.encode("utf-8", "replace") + b"\0")
        digest.update(b"\n")
    return digest.hexdigest()


def _document(item: CatalogItem) -> Document:
    languages = sorted({*item.names, *item.descriptions} - {_NEUTRAL}) or [_NEUTRAL]
    return Document(
        item.product_id, tuple(_passage(item, lang) for lang in languages), _lookup_text(item)
    )


def _passage(item: CatalogItem, language: str) -> str:
    """Name first: the beginning of a passage weighs most and is never cut."""
    name = item.names.get(language) or next(iter(item.names.values()), "")
    brand = "" if item.brand.casefold() in name.casefold() else item.brand
    attributes = item.attributes.get(language, {})
    parts = [
        f"{brand} {name}".strip(),
        item.category_names.get(language, ""),
        item.descriptions.get(language, ""),
        "; ".join(f"{key} {value}" for key, value in attributes.items()),
        " ".join(dict.fromkeys(sku.colour_names.get(language, "") for sku in item.skus)),
    ]
    return ". ".join(part for part in parts if part.strip())[:_LONGEST_PASSAGE]


def _lookup_text(item: CatalogItem) -> str:
    values = (value for texts in item.attributes.values() for value in texts.values())
    colours = {
        name for sku in item.skus for name in (sku.colour, *sku.colour_names.values()) if name
    }
    return "\n".join(
        [
            *item.names.values(),
            item.brand,
            *item.category_names.values(),
            *item.aliases,
            *item.tags,
            *item.descriptions.values(),
            *values,
            *sorted(colours),
        ]
    )
