"""Coupons: which ones a member has, under which conditions, and why a code does not work.

A code that is somebody else's gets the answer of one that does not exist.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bot.dialogue.human import human_button
from bot.dialogue.proof import Proof, missing_proof
from bot.dialogue.reply import Card
from bot.dialogue.skill import Outcome, Turn, skill
from crm_store.types.handoffs import HandoffReason
from crm_store.types.loyalty import BasketItem, Coupon, CouponCheck, CouponRefusal

SHOWN: Final = 6
USABLE: Final = "issued"
_FAILS: Final = re.compile(
    r"用不了|不能用|无效|失效|没反应|没减|不适用|不符合|格式错误|不让用|选不了|输.{0,6}码|为啥不|"
    r"\b(?:invalid|not (?:work|eligible|applicable|accepted|valid)|(?:doesn't|does not|won't|"
    r"isn't|can't|cannot) (?:\w+ )?(?:work|apply|use|select)|reject(?:ed|s)|grey|error)",
    re.IGNORECASE,
)


@skill("coupon_query", slots=("coupon_code", "category", "product"), proof=Proof.MEMBER, ruled=True)
async def coupon_query(turn: Turn) -> Outcome:
    """Explain a code, or show the member's coupons."""
    if code := turn.slot("coupon_code"):
        return await _explain(turn, code.strip().upper())
    if turn.actor.member_id is None and _FAILS.search(turn.said):
        return turn.ask("coupon_code", turn.say("ask_coupon_code"))
    if missing := missing_proof(turn, Proof.MEMBER):
        return missing
    async with turn.reading() as uow:
        coupons = await uow.loyalty.coupons(turn.actor.member_id or 0)
    return _listed(turn, coupons)


async def _explain(turn: Turn, code: str) -> Outcome:
    async with turn.reading() as uow:
        check = await uow.loyalty.coupon_check(code, turn.actor.member_id)
        if check.usable and check.coupon:
            basket = await _basket(turn, check.coupon)
            check = await uow.loyalty.coupon_check(code, turn.actor.member_id, basket)
    coupon = check.coupon
    cards = (_card(turn, coupon),) if coupon else ()
    if check.usable:
        return turn.done(turn.say("usable", code=code, check=check, cards=cards))
    return _why_not(turn, code, check, cards)


async def _basket(turn: Turn, coupon: Coupon) -> Sequence[BasketItem] | None:
    """Return what the customer says they want to buy; ``None`` when they named nothing.

    Of a category alone only the category counts, so its amount is what the coupon asks for.
    """
    if named := turn.slot("product"):
        async with turn.reading() as uow:
            products = await uow.catalog.products([named])
            currency = uow.loyalty.rules.currency
        return [
            BasketItem(product.category, min(prices))
            for product in products
            if (prices := [one.price for one in product.variants if one.currency == currency])
        ]
    category = turn.slot("category")
    return [BasketItem(category, coupon.min_spend or Decimal(1))] if category else None


def _why_not(turn: Turn, code: str, check: CouponCheck, cards: tuple[Card, ...]) -> Outcome:
    refusal = check.refusal
    if refusal is CouponRefusal.SOMEBODY_ELSES:
        refusal = CouponRefusal.UNKNOWN
    category = check.coupon.category if check.coupon else None
    reply = turn.say(
        f"why_{refusal}",
        code=code,
        check=check,
        category=turn.name_of("categories", category) if category else "",
        cards=cards,
        buttons=(human_button(turn, HandoffReason.ASKED, turn.skill),),
    )
    return turn.done(reply)


def _listed(turn: Turn, coupons: Sequence[Coupon]) -> Outcome:
    today = turn.now.astimezone(turn.services.phrasebook.time_zone).date()
    usable = [one for one in coupons if one.state == USABLE and one.valid_from <= today]
    coming = [one for one in coupons if one.state == USABLE and one.valid_from > today]
    shown = (*usable, *coming)[:SHOWN]
    key = "list" if shown else "none_usable" if coupons else "none"
    reply = turn.say(
        key,
        usable=len(usable),
        coming=len(coming),
        past=len(coupons) - len(usable) - len(coming),
        soonest=usable[0].valid_to if usable else None,
        cards=tuple(_card(turn, one) for one in shown),
    )
    if not _FAILS.search(turn.said):
        return turn.done(reply)
    return turn.ask("coupon_code", reply, turn.say("ask_coupon_code"))


def _card(turn: Turn, coupon: Coupon) -> Card:
    category = turn.name_of("categories", coupon.category) if coupon.category else ""
    return Card(
        title=turn.local(coupon.title),
        subtitle=turn.words("validity", coupon=coupon),
        facts=(
            turn.words("condition", coupon=coupon, category=category),
            turn.words("code", coupon=coupon),
        ),
        icon="coupon",
    )
