"""Membership: what a tier gives, how far it is to the next one, the birthday gift.

Guests and whoever names a tier get the programme's own rules; members get where they stand.
"""

import re
from typing import Final

from bot.dialogue.proof import Proof
from bot.dialogue.reply import Button, Card, payload
from bot.dialogue.skill import Outcome, Turn, skill
from crm_store.types.loyalty import LoyaltyRules, TierRule, TierStatus
from crm_store.types.people import Member, Tier

_TIER_WORDS: Final = {
    Tier.REGULAR: re.compile(r"普通会员|普卡|\b(?:regular|basic) (?:tier|member)", re.IGNORECASE),
    Tier.SILVER: re.compile(r"银卡|白银|\bsilver\b", re.IGNORECASE),
    Tier.GOLD: re.compile(r"金卡|黄金|\bgold\b", re.IGNORECASE),
    Tier.DIAMOND: re.compile(r"钻石|钻卡|最高级|\bdiamond\b|\b(?:top|highest) tier", re.IGNORECASE),
}
_ALL_TIERS: Final = re.compile(
    r"各个?等级|所有等级|会员制度|等级.{0,4}(?:门槛|怎么算)|"
    r"\b(?:all|each|every|different) (?:the )?(?:tier|level)s?",
    re.IGNORECASE,
)
_BIRTHDAY: Final = re.compile(r"生日|\bbirthday", re.IGNORECASE)


@skill("membership_benefits", proof=Proof.GUEST)
async def membership_benefits(turn: Turn) -> Outcome:
    """Tell the tiers asked about, else where the member stands, else all tiers."""
    async with turn.reading() as uow:
        rules = uow.loyalty.rules
        mine = turn.actor.member_id
        status = await uow.loyalty.tier_status(mine) if mine is not None else None
        member = await uow.members.get(mine) if mine is not None else None
    named = [rules.of(tier) for tier, words in _TIER_WORDS.items() if words.search(turn.said)]
    if named:
        return _named(turn, rules, named, status)
    if status is None or member is None or _ALL_TIERS.search(turn.said):
        return _all(turn, rules, status)
    if _BIRTHDAY.search(turn.said):
        return _birthday(turn, status, member)
    return turn.done(turn.say("standing", status=status, cards=(_card(turn, rules, status.rule),)))


def _named(
    turn: Turn, rules: LoyaltyRules, named: list[TierRule], status: TierStatus | None
) -> Outcome:
    cards = tuple(_card(turn, rules, rule) for rule in named)
    wanted = named[-1]
    missing = None if status is None else max(wanted.spend - status.spend, 0)
    held = status is not None and rules.rank(status.rule.tier) >= rules.rank(wanted.tier)
    reply = turn.say(
        "named", rules=rules, wanted=wanted, status=status, missing=missing, held=held, cards=cards,
        buttons=() if status else (_join(turn),),
    )  # fmt: skip
    return turn.done(reply)


def _all(turn: Turn, rules: LoyaltyRules, status: TierStatus | None) -> Outcome:
    cards = tuple(_card(turn, rules, rule) for rule in rules.tiers)
    buttons = () if status else (_join(turn),)
    return turn.done(turn.say("all", rules=rules, status=status, cards=cards, buttons=buttons))


def _birthday(turn: Turn, status: TierStatus, member: Member) -> Outcome:
    known = member.birthday
    button = Button(turn.words("tell_birthday"), payload("update_profile", {"field": "birthday"}))
    reply = turn.say("birthday", status=status, birthday=known, buttons=() if known else (button,))
    return turn.done(reply)


def _join(turn: Turn) -> Button:
    return Button(turn.words("topics.join_membership"), payload("join_membership"))


def _card(turn: Turn, rules: LoyaltyRules, rule: TierRule) -> Card:
    rights = tuple(turn.local(right) for right in rule.rights)
    return Card(
        title=turn.local(rule.name),
        subtitle=turn.words("threshold", rule=rule, rules=rules),
        facts=(*rights, turn.words("gift", rule=rule)),
        icon="member",
    )
