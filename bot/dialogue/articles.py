"""Answering with an article of the help centre, and quoting it."""

import asyncio
from collections.abc import Mapping

from bot.dialogue.reply import Button, Reply, payload
from bot.dialogue.skill import Services, Turn
from knowledge.types import Article, FaqHit, Nearness
from nlu.normalise import normalise

FAQ = "faq"
"""The skill that answers with an article."""


async def near_articles(services: Services, text: str, least: Nearness) -> list[FaqHit]:
    """Return the articles that are at least so near to a question, the nearest first."""
    # As understanding reads it, so that the embedder still knows its vector.
    question = normalise(text).text
    hits = await asyncio.to_thread(services.faq.find, question)
    return [hit for hit in hits if hit.nearness >= least]


def quoted(turn: Turn, article: Article) -> Reply:
    """Return an article as an answer: title, text, source, and the errand it speaks of."""
    text = turn.words(
        f"{FAQ}.answer",
        title=printed(turn, article.title),
        body=printed(turn, article.body),
        topic=printed(turn, article.topic),
        updated=article.updated,
    )
    errand = article.intent
    buttons = (Button(turn.words(f"topics.{errand}"), payload(errand)),) if errand else ()
    return Reply(text, buttons=buttons)


def article_button(turn: Turn, article: Article) -> Button:
    """Return the button that shows an article."""
    return Button(printed(turn, article.title), payload(FAQ, {"article": article.id}))


def printed(turn: Turn, texts: Mapping[str, str]) -> str:
    """Return an article's text in the customer's language and script."""
    return turn.speaker.script(texts["en" if turn.speaker.language == "en" else "zh"])
