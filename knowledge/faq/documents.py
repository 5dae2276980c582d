"""What of an article is searched: title, questions and sentences, each with its language."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.documents import Document
from knowledge.faq.articles import LANGUAGES
from knowledge.types import Article

_SENTENCE_END: Final = re.compile(r"(?<=[。；！？])|(?<=[.!?;])\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that a question may come close to."""

    text: str
    language: str


def passages(article: Article) -> list[Passage]:
    """Return the passages of an article; whole bodies only blur, so they are cut up."""
    return [
        Passage(text, language)
        for language in LANGUAGES
        for text in (
            article.title[language],
            *article.questions[language],
            *filter(str.strip, _SENTENCE_END.split(article.body[language])),
        )
    ]


def documents(articles: Iterable[Article]) -> list[Document]:
    """Return the articles as the index takes them, in the order of their ids."""
    return [_document(article.id, passages(article)) for article in articles]


def _document(article_id: str, found: Sequence[Passage]) -> Document:
    texts = tuple(passage.text for passage in found)
    return Document(article_id, texts, "\n".join(texts))
