"""The public catalogue over HTTP."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from bot.api.callers import limited_address
from bot.api.parts import ApiDep
from bot.api.problems import ProblemError
from bot.api.shelf import Listing, ProductPage
from bot.api.views import View
from crm_store.types.catalog import Product
from crm_store.types.text import LocalText

router = APIRouter(prefix="/api/v1", tags=["catalogue"], dependencies=[Depends(limited_address)])


class TextView(View):
    """One text in Chinese and English; an absent one is empty."""

    zh: str
    en: str


class CategoryView(View):
    """A category."""

    slug: str
    name: TextView
    products: int


class VariantView(View):
    """A variant and how many of it there are, all stores together."""

    sku: str
    colour: str | None
    size: str | None
    price: Decimal
    currency: str
    stock: int | None = None


class ProductView(View):
    """A product in a list."""

    id: str
    name: TextView
    brand: str
    category: str
    price: Decimal
    """Of the cheapest variant."""
    currency: str
    in_stock: bool


class ProductDetail(ProductView):
    """A product with everything public about it."""

    description: TextView
    attributes: dict[str, TextView]
    variants: list[VariantView]


class ProductsView(View):
    """One page of products."""

    products: list[ProductView]
    total: int
    page: int
    pages: int


@router.get("/categories")
async def categories(api: ApiDep) -> list[CategoryView]:
    """Return every category that has products."""
    return [
        CategoryView(slug=c.slug, name=_text(c.name), products=c.products)
        for c in await api.shelf.categories()
    ]


@router.get("/products")
async def products(
    api: ApiDep,
    category: Annotated[str | None, Query(max_length=100)] = None,
    q: Annotated[str, Query(max_length=200, description="Words to search for")] = "",
    page: Annotated[int, Query(ge=1)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 24,
) -> ProductsView:
    """Return products page by page, of one category or found by words."""
    found = await api.shelf.page(Listing(category, q, page=page, per_page=per_page))
    return ProductsView(
        products=[_product(p, p.id in found.in_stock) for p in found.products],
        total=found.total,
        page=found.number,
        pages=found.pages,
    )


@router.get("/products/{product_id}")
async def product(api: ApiDep, product_id: str) -> ProductDetail:
    """Return one product with its variants and their stock."""
    found = await api.shelf.product(product_id)
    if found is None:
        raise ProblemError(404, "unknown_product", "no such product")
    return _detail(found)


def cheapest(product: Product) -> tuple[Decimal, str]:
    """Return the lowest price of a product and its currency."""
    prices = [(variant.price, variant.currency) for variant in product.variants]
    return min(prices, default=(Decimal(0), "CNY"))


def _text(text: LocalText) -> TextView:
    return TextView(zh=text.zh, en=text.en)


def _product(product: Product, in_stock: bool) -> ProductView:
    price, currency = cheapest(product)
    return ProductView(
        id=product.id,
        name=_text(product.name),
        brand=product.brand,
        category=product.category,
        price=price,
        currency=currency,
        in_stock=in_stock,
    )


def _detail(found: ProductPage) -> ProductDetail:
    product = found.product
    variants = [
        VariantView(
            sku=v.sku,
            colour=v.colour,
            size=v.size,
            price=v.price,
            currency=v.currency,
            stock=found.units(v.sku),
        )
        for v in product.variants
    ]
    return ProductDetail(
        **_product(product, any(v.stock for v in variants)).model_dump(),
        description=_text(product.description),
        attributes={name: _text(text) for name, text in product.attributes.items()},
        variants=variants,
    )
