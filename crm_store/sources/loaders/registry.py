"""Loaders by the names that mappings use."""

from collections.abc import Mapping
from typing import Any

from crm_store.sources.loaders.base import Loader
from crm_store.sources.loaders.campaigns import CAMPAIGNS
from crm_store.sources.loaders.catalog import PRODUCTS, PROMOTIONS, SHOPS, STOCK
from crm_store.sources.loaders.loyalty import COUPONS, POINTS
from crm_store.sources.loaders.members import MEMBERS
from crm_store.sources.loaders.mini_program import MINI_PROGRAM
from crm_store.sources.loaders.receipts import RECEIPTS
from crm_store.sources.loaders.shop_orders import SHOP_ORDERS
from crm_store.sources.loaders.social import SOCIAL_PROFILES
from crm_store.sources.loaders.tickets import TICKETS

LOADERS: Mapping[str, Loader[Any]] = {
    "products": PRODUCTS,
    "shops": SHOPS,
    "stock": STOCK,
    "promotions": PROMOTIONS,
    "members": MEMBERS,
    "points": POINTS,
    "coupons": COUPONS,
    "receipts": RECEIPTS,
    "shop_orders": SHOP_ORDERS,
    "mini_program": MINI_PROGRAM,
    "social_profiles": SOCIAL_PROFILES,
    "tickets": TICKETS,
    "campaigns": CAMPAIGNS,
}
