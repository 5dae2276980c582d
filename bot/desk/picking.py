"""Two things that go into an answer: a canned reply, and products as cards."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from nicegui import ui

from bot.desk.canned import CannedReplies, CannedReply
from bot.desk.dialogs import answered, card
from bot.desk.wording import Wording
from bot.dialogue.reply import Card
from crm_store.ports import CrmStore
from crm_store.types.actors import Actor
from crm_store.types.catalog import Product
from knowledge.ports import CatalogSearch
from knowledge.types import SearchQuery

FOUND: Final = 12
SENT_AT_ONCE: Final = 5


async def pick_canned(
    say: Wording, canned: CannedReplies, fill: Callable[[CannedReply], str]
) -> str | None:
    """Let the agent search a canned reply; returns it filled in, or ``None``."""
    shown: list[CannedReply] = []
    with card(say("canned")) as dialog:
        box = ui.input(placeholder=say("canned_search")).classes("w-full")
        box.props(f'autofocus outlined dense aria-label="{say("canned_search")}"')
        found = ui.element("div").classes("found").props("role=listbox")

        def search() -> None:
            shown[:] = canned.search(box.value or "")
            found.clear()
            with found:
                for reply in shown:
                    _draw_canned(reply, fill(reply), dialog.submit)
                if not shown:
                    ui.label(say("nothing_found")).classes("empty")

        box.on_value_change(search)
        box.on("keydown.enter", lambda: dialog.submit(fill(shown[0])) if shown else None)
        search()
    chosen = await answered(dialog)
    return chosen if isinstance(chosen, str) else None


def _draw_canned(reply: CannedReply, text: str, submit: Callable[[str], None]) -> None:
    button = ui.element("button").props("type=button role=option").classes("canned-reply")
    button.on("click", lambda: submit(text))
    with button:
        ui.label(reply.name).classes("canned-name")
        ui.label(text).classes("facts")


class Catalogue:
    """Products as an agent looks for them."""

    def __init__(self, store: CrmStore, search: CatalogSearch) -> None:
        self._store = store
        self._search = search

    async def find(self, actor: Actor, words: str, language: str) -> list[Product]:
        """Return products that fit the words, best first."""
        query = SearchQuery(words, language=language, limit=FOUND)
        hits = await asyncio.to_thread(self._search.search, query)
        async with self._store.reading(actor) as uow:
            products = await uow.catalog.products([hit.product_id for hit in hits])
        order = {hit.product_id: place for place, hit in enumerate(hits)}
        return sorted(products, key=lambda product: order[product.id])


async def pick_products(say: Wording, catalogue: Catalogue, actor: Actor) -> list[Product]:
    """Let the agent search and tick products; empty when it was called off."""
    ticked: dict[str, Product] = {}
    with card(say("products_pick")) as dialog:
        box = ui.input(placeholder=say("products_search")).classes("w-full")
        box.props(f'autofocus outlined dense debounce=250 aria-label="{say("products_search")}"')
        found = ui.element("div").classes("found")

        async def search() -> None:
            words = (box.value or "").strip()
            products = await catalogue.find(actor, words, say.speaker.language)
            found.clear()
            with found:
                _draw_products(say, products, ticked, ticking)

        def ticking() -> None:
            send.set_enabled(0 < len(ticked) <= SENT_AT_ONCE)

        box.on_value_change(search)
        with ui.row().classes("w-full justify-end"):
            ui.button(say("cancel"), on_click=dialog.close).props("flat no-caps").classes("plain")
            send = ui.button(
                say("products_send"), on_click=lambda: dialog.submit(list(ticked.values()))
            ).props("unelevated no-caps")
            send.set_enabled(False)
        await search()
    chosen = await answered(dialog)
    return chosen if isinstance(chosen, list) else []


def _draw_products(
    say: Wording,
    products: Sequence[Product],
    ticked: dict[str, Product],
    ticking: Callable[[], None],
) -> None:
    def tick(product: Product, *, chosen: bool) -> None:
        if chosen:
            ticked[product.id] = product
        else:
            ticked.pop(product.id, None)
        ticking()

    for product in products:
        name = say.speaker.local(product.name)
        box = ui.checkbox(f"{name} · {price_of(say, product)}", value=product.id in ticked)
        box.classes("product")
        box.on_value_change(lambda event, one=product: tick(one, chosen=event.value))
    if not products:
        ui.label(say("nothing_found")).classes("empty")


def price_of(say: Wording, product: Product) -> str:
    """Return the lowest price."""
    prices = [variant.price for variant in product.variants]
    currency = product.variants[0].currency if product.variants else "CNY"
    return say.speaker.money(min(prices), currency) if prices else ""


def card_of(say: Wording, product: Product) -> Card:
    """Return the card that the customer is sent, in the language of ``say``."""
    brand = say.speaker.script(product.brand)
    return Card(
        title=say.speaker.local(product.name),
        subtitle=" · ".join(part for part in (brand, price_of(say, product)) if part),
        image_url=product.image_url,
        icon=product.category,
    )
