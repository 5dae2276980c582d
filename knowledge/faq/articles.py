"""The articles of the help centre, read from a folder of YAML files.

One file a topic, named by it; an article's id is `topic.id`:

    topic: {zh: 配送, en: Delivery}
    updated: 2026-01-15
    articles:
      - id: carriers
        title: {zh: 合作快递, en: Our carriers}
        body: {zh: …, en: …}
        questions: {zh: [用的是哪家快递], en: [which carrier do you use]}
        intent: order_status        # optional: what the assistant can do about it
        general: true               # optional: asked like this, it is about the rule, not an order

`{{ returns.refund_days }}` in a title or body stands for a fact that the caller knows, such as a
number of the policies: what is decided and what is told cannot differ.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Final, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from knowledge.errors import KnowledgeError
from knowledge.types import Article, LocalText

LANGUAGES: Final = ("zh", "en")
_FACT: Final = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_Text = Annotated[str, Field(min_length=1)]
_Slug = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]


class ArticleFileError(KnowledgeError):
    """The articles cannot be used; the message names file, article and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Local(_Part):
    zh: _Text
    en: _Text


class _Questions(_Part):
    zh: Annotated[tuple[_Text, ...], Field(min_length=1)]
    en: Annotated[tuple[_Text, ...], Field(min_length=1)]


class _Entry(_Part):
    id: _Slug
    title: _Local
    body: _Local
    questions: _Questions
    intent: _Slug | None = None
    general: bool = False


class _Topic(_Part):
    topic: _Local
    updated: date
    articles: Annotated[tuple[_Entry, ...], Field(min_length=1)]


def read_articles(folder: Path, facts: Mapping[str, str]) -> list[Article]:
    """Return the articles of a folder in the order of their ids; raises `ArticleFileError`.

    `facts` are what `{{ name }}` stands for.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise ArticleFileError(f"{folder}: no articles (*.yml)")
    found: dict[str, Article] = {}
    for file in files:
        topic = _topic(file)
        for entry in topic.articles:
            article = _article(file, topic, entry, facts)
            if article.id in found:
                _fail(file, entry.id, "this id stands here twice")
            found[article.id] = article
    return [found[article_id] for article_id in sorted(found)]


def _topic(file: Path) -> _Topic:
    try:
        document = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        return _Topic.model_validate(document)
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleFileError(f"{file}: cannot be read: {error}") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ArticleFileError(f"{file}:{line}: {error.problem}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
        raise ArticleFileError(f"{file}: {place}: {what}") from None


def _article(file: Path, topic: _Topic, entry: _Entry, facts: Mapping[str, str]) -> Article:
    def told(text: str) -> str:
        for name in _FACT.findall(text):
            if name not in facts:
                _fail(file, entry.id, f"{{{{ {name} }}}} is no fact that the rules state")
        return _FACT.sub(lambda match: facts[match[1]], text)

    def both(text: _Local) -> LocalText:
        return {language: told(getattr(text, language)) for language in LANGUAGES}

    return Article(
        id=f"{file.stem}.{entry.id}",
        topic=both(topic.topic),
        title=both(entry.title),
        body=both(entry.body),
        questions=entry.questions.model_dump(),
        updated=topic.updated,
        intent=entry.intent,
        general=entry.general,
    )


def _fail(file: Path, article: str, what: str) -> NoReturn:
    raise ArticleFileError(f"{file}: {article}: {what}")
