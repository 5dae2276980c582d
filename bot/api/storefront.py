"""The demo shop's pages, rendered here without a framework, and its "I am …" for the chat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.api import static
from bot.api.callers import limited_address
from bot.api.parts import Api, ApiDep
from bot.api.problems import ProblemError
from bot.api.products import cheapest
from bot.api.shelf import Listing
from bot.api.views import View
from bot.replies import Speaker
from crm_store.types.actors import SYSTEM
from crm_store.types.catalog import Product
from crm_store.types.people import Member
from crm_store.types.text import LocalText

TEMPLATES: Final = Path(__file__).parent.parent / "web" / "templates"
LANGUAGE_COOKIE: Final = "huike_language"
MEMBERS_OFFERED: Final = 6
PER_PAGE: Final = 24

router = APIRouter(tags=["storefront"], dependencies=[Depends(limited_address)])
pages = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page: words, names and prices in their language."""

    speaker: Speaker
    attributes: Mapping[str, str]
    """Attribute slug to its printed name."""

    def __call__(self, zh: str, en: str) -> str:
        """Return one of two wordings."""
        return en if self.speaker.language == "en" else zh

    def local(self, text: LocalText) -> str:
        """Return a bilingual text."""
        return self.speaker.local(text)

    def money(self, amount: Decimal, currency: str = "CNY") -> str:
        """Return an amount as the language prints it."""
        return self.speaker.money(amount, currency)

    def price(self, product: Product) -> str:
        """Return the price a product starts at."""
        printed = self.money(*cheapest(product))
        several = len({variant.price for variant in product.variants}) > 1
        return self(f"{printed} 起", f"from {printed}") if several else printed

    def attribute(self, slug: str) -> str:
        """Return the printed name of a product's attribute."""
        return self.attributes.get(slug, slug.replace("_", " ").capitalize())


def reader_of(api: Api, language: str) -> Reader:
    """Return a reader of a language."""
    speaker = api.phrasebook.speaker(language)
    return Reader(speaker, api.phrasebook.section(language, "attributes"))


def language_of(request: Request) -> str:
    """Return the language asked for now, chosen before, or preferred by the browser."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("zh", "en"):
        return chosen
    first = request.headers.get("accept-language", "").partition(",")[0]
    return "en" if first.lower().startswith("en") else "zh"


async def page(request: Request, name: str, status: int = 200, **values: object) -> HTMLResponse:
    """Render a page with what every page needs: retailer, language, addresses, members."""
    api: Api = request.app.state.api
    language = language_of(request)
    reader = reader_of(api, language)
    text = pages.get_template(name).render(
        t=reader,
        asset=static.address,
        retailer=reader(*_names(api)),
        address=_address(request),
        members=await demo_members(api),
        categories=await api.shelf.categories(),
        **values,
    )
    response = HTMLResponse(text, status, headers={"Cache-Control": "private, no-cache"})
    if request.query_params.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, samesite="lax")
    return response


def _names(api: Api) -> tuple[str, str]:
    name = api.parts.settings.assistant.retailer.name
    return name.zh, name.en


def _address(request: Request) -> Callable[..., str]:
    """Return a function that gives this page's address with some parameters changed."""
    return lambda **changes: "?" + request.url.include_query_params(**changes).query


async def demo_members(api: Api) -> list[Member]:
    """Return the members a visitor may speak as; none unless the demo allows it."""
    if not api.parts.settings.assistant.demo.logins:
        return []
    async with api.store.reading(SYSTEM) as uow:
        return await uow.members.sample(MEMBERS_OFFERED)


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
async def home(
    request: Request,
    api: ApiDep,
    category: Annotated[str | None, Query(max_length=100)] = None,
    q: Annotated[str, Query(max_length=200)] = "",
    number: Annotated[int, Query(ge=1, alias="page")] = 1,
) -> HTMLResponse:
    """The shop: offers, categories and products."""
    listing = Listing(category, q, language_of(request), number, PER_PAGE)
    async with api.store.reading(SYSTEM) as uow:
        shops = await uow.catalog.shops()
    return await page(
        request,
        "home.html",
        listing=listing,
        found=await api.shelf.page(listing),
        promotions=(await api.shelf.promotions(datetime.now(UTC)))[:3],
        showpieces=await api.shelf.showpieces(),
        shops=shops[:6],
    )


@router.get("/products/{product_id}", response_class=HTMLResponse, include_in_schema=False)
async def show_product(request: Request, api: ApiDep, product_id: str) -> HTMLResponse:
    """One product with its variants and where they are in stock."""
    found = await api.shelf.product(product_id)
    if found is None:
        return await page(request, "missing.html", 404)
    return await page(request, "product.html", found=found)


@router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
async def docs() -> HTMLResponse:
    """The API, explained; everything it needs is served from here."""
    return HTMLResponse(pages.get_template("docs.html").render(asset=static.address))


@router.get("/favicon.ico", include_in_schema=False)
async def favicon() -> RedirectResponse:
    """For browsers that ask without reading the page."""
    return RedirectResponse(static.address("huike.svg"), 308)


class DemoToken(View):
    """A member token for the demo."""

    token: str
    name: str


@router.post("/api/v1/demo/members/{member_id}/token")
async def demo_token(api: ApiDep, member_id: int) -> DemoToken:
    """Speak as a member. Only with made-up members: `demo.logins` in `config.yml` allows it."""
    if not api.parts.settings.assistant.demo.logins:
        raise ProblemError(404, "no_demo", "demo logins are switched off")
    async with api.store.reading(SYSTEM) as uow:
        member = await uow.members.get(member_id)
    if member is None:
        raise ProblemError(404, "unknown_member", "no such member")
    return DemoToken(token=api.tokens.member(member.id), name=member.name)
