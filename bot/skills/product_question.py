"""Questions about a product: answered from its own data or an article, never from thin air."""

from typing import Final

from bot.dialogue.articles import article_button, near_articles, quoted
from bot.dialogue.attributes import attributes_asked, known, told_in_description
from bot.dialogue.human import human_button, offer_human
from bot.dialogue.products import meant_products, product_buttons, product_options
from bot.dialogue.reply import Button, Reply
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.types.catalog import Product
from crm_store.types.handoffs import HandoffReason
from knowledge.types import Article, Nearness

LONGEST_QUESTION: Final = 150
"""Characters of the question that are kept while it is asked which product is meant."""
_ONLY_MAIN: Final = frozenset({"ingredients", "allergens", "skin_type", "suitable_for", "caution"})
"""What is printed of these is not everything: whoever must be careful reads the label."""
_SIZES: Final = "sizes"


@skill(
    "product_question", audience=Audience.EVERYBODY, slots=("product", "sku", "category", "asked")
)
async def product_question(turn: Turn) -> Outcome:
    """Find the product and answer from its data; without one, from an article; or ask."""
    asked = str(turn.slots.get("asked") or turn.said)
    products = await meant_products(turn, turn.said)
    if len(products) == 1:
        return await _about(turn, products[0], asked)
    article = await _article(turn, asked)
    if article is not None:
        return turn.done(quoted(turn, article))
    kept = {"asked": asked[:LONGEST_QUESTION]}
    if products:
        options = product_options(turn, products)
        asking = turn.choose("product", turn.say("which"), options, slots=kept)
        return asking.remember(shown_products=tuple(product.id for product in products))
    return _ask(turn, kept["asked"])


def _ask(turn: Turn, asked: str) -> Outcome:
    if turn.asked_before > 1:
        return _offer(turn, turn.say("not_found"))
    key = "ask_again" if turn.asked_before else "ask"
    return turn.ask("product", turn.say(key), slots={"asked": asked}, free=True)


async def _article(turn: Turn, asked: str) -> Article | None:
    hits = await near_articles(turn.services, asked, Nearness.SURE)
    return hits[0].article if hits else None


async def _about(turn: Turn, product: Product, asked: str) -> Outcome:
    names = attributes_asked(asked)
    lines = known(turn, product, names)
    quotes = told_in_description(turn, product, asked)
    article = await _article(turn, asked)
    if lines or quotes:
        outcome = turn.done(_answer(turn, product, names, [*lines, *quotes], article))
    elif article is not None:
        general = turn.say("in_general", name=turn.local(product.name))
        outcome = turn.done(general, quoted(turn, article))
    else:
        outcome = _offer(turn, turn.say("unknown", name=turn.local(product.name)))
    return outcome.remember(shown_products=(product.id,))


def _answer(
    turn: Turn, product: Product, names: list[str], lines: list[str], article: Article | None
) -> Reply:
    """Word what the data says; an article on the subject and a human are a button away."""
    more: tuple[Button, ...] = (article_button(turn, article),) if article else ()
    if _SIZES in names and not turn.actor.is_staff:
        more = (*more, human_button(turn, HandoffReason.ASKED, turn.skill))
    return turn.say(
        "answer",
        name=turn.local(product.name),
        lines=lines,
        only_main=bool(_ONLY_MAIN & set(names)),
        sizes=_SIZES in names,
        buttons=(*more, *product_buttons(turn, product)),
    )


def _offer(turn: Turn, reply: Reply) -> Outcome:
    if turn.actor.is_staff:
        return turn.done(reply)
    return offer_human(turn, reply, HandoffReason.NOT_UNDERSTOOD)
