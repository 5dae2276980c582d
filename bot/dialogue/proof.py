"""Proof: how well a skill needs to know whom it serves, and asking for what is missing.

Knowing an order is proved to `which_order`; being a member is proved to the channel, by the shop's
own login or by Telegram's contact, never by what somebody types.
"""

from dataclasses import replace
from enum import IntEnum

from bot.dialogue.skill import Outcome, Turn


class Proof(IntEnum):
    """What must be known of the customer, weakest first."""

    GUEST = 0
    ORDER = 1
    """Knows an order's number and the last four digits of its phone, or is its member."""
    MEMBER = 2
    """Attested by the channel to be a member."""


PROOF = "proof"
"""The slot of the question for it."""


def missing_proof(turn: Turn, needed: Proof) -> Outcome | None:
    """Return the question for a proof that is missing; the flow goes on once it is there."""
    if needed < Proof.MEMBER or turn.actor.member_id is not None:
        return None
    channel = turn.conversation.key.channel
    again = "_again" if turn.asked_before else ""
    known = channel if channel in ("web", "telegram") else "elsewhere"
    reply = turn.say(f"proof.{known}{again}", topic=turn.words(f"topics.{turn.skill}"))
    if channel == "telegram":
        reply = replace(reply, contact_request=True)
    return turn.ask(PROOF, reply)
