"""Points: balance, what lapses next, the last bookings. Only one's own, and only when attested."""

from dataclasses import replace

from bot.dialogue.human import human_button
from bot.dialogue.proof import PROOF, Proof
from bot.dialogue.reply import Button, Card
from bot.dialogue.skill import Outcome, Turn, skill
from crm_store.types.handoffs import HandoffReason
from crm_store.types.loyalty import PointsSummary

_HOW_TO_IDENTIFY = {"web": "log_in", "telegram": "share_contact"}


@skill("points_balance", proof=Proof.MEMBER)
async def points_balance(turn: Turn) -> Outcome:
    """Show the ledger's balance, or say how to be recognised."""
    if turn.actor.member_id is None:
        return _who_are_you(turn)
    async with turn.reading() as uow:
        points = await uow.loyalty.points(turn.actor.member_id)
    if points is None:
        return turn.done(turn.say("none", buttons=(_ask_person(turn),)))
    foreign = bool(turn.entities("phone") or turn.entities("card_number"))
    reply = turn.say("balance", cards=(_card(turn, points),), points=points, foreign=foreign)
    return turn.done(replace(reply, buttons=(_ask_person(turn),)))


def _who_are_you(turn: Turn) -> Outcome:
    key = _HOW_TO_IDENTIFY.get(turn.conversation.key.channel, "identify")
    reply = turn.say(key, buttons=(_ask_person(turn),))
    return turn.ask(PROOF, replace(reply, contact_request=key == "share_contact"))


def _ask_person(turn: Turn) -> Button:
    return human_button(turn, HandoffReason.ASKED, turn.skill)


def _card(turn: Turn, points: PointsSummary) -> Card:
    recent = tuple(
        turn.words("entry", entry=entry, kind=turn.name_of("points_kinds", entry.kind.value))
        for entry in points.recent
    )
    return Card(
        title=turn.words("card_title", points=points),
        subtitle=turn.words("expiry", points=points),
        facts=recent,
        icon="points",
    )
