"""The help centre: an article as the answer, or those that may have been meant."""

from bot.dialogue.articles import article_button, printed, quoted
from bot.dialogue.human import human_button
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from bot.dialogue.state import Option
from crm_store.types.handoffs import HandoffReason
from knowledge.types import Article


@skill("faq", audience=Audience.EVERYBODY, slots=("article",), button_only=True)
async def faq(turn: Turn) -> Outcome:
    """Quote the article, or ask which of those near was meant."""
    article = turn.services.faq.get(str(turn.slots.get("article", "")))
    if article is not None:
        return turn.done(quoted(turn, article))
    return _which(turn, _near(turn))


def _near(turn: Turn) -> list[Article]:
    named = turn.slots.get("near")
    found = [turn.services.faq.get(str(one)) for one in named] if isinstance(named, list) else []
    return [article for article in found if article is not None]


def _which(turn: Turn, articles: list[Article]) -> Outcome:
    """Say that it is not sure; a human is offered beside what is near."""
    human = (
        () if turn.actor.is_staff else (human_button(turn, HandoffReason.NOT_UNDERSTOOD, "faq"),)
    )
    if not articles:
        return turn.done(turn.say("unknown", buttons=human))
    options = tuple(Option(printed(turn, one.title), one.id) for one in articles)
    buttons = tuple(article_button(turn, one) for one in articles)
    reply = Reply(turn.words("near"), buttons=(*buttons, *human))
    return turn.ask("article", reply, slots={}, options=options)
