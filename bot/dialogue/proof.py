"""Asking for the proof that is missing, and going on with it.

Knowing an order is proved to `which_order`; being a member is proved to the channel, by the shop's
own login or by Telegram's contact, never by what somebody types. A proof grows old: what could be
stolen or lost needs one of the last minutes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.levels import Proof
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.state import PROOF, Suspended

__all__ = ["CONTACT", "PROOF", "Proof", "ProofSlot", "missing_proof", "proved"]

CONTACT: Final = "contact"
"""The slot of a flow's question for a phone that the channel vouches for, whoever's it is."""
_ASKED_BY: Final = ("web", "telegram")
"""Channels with a proof of their own; elsewhere one cannot be given."""


def missing_proof(turn: Turn, needed: Proof) -> Outcome | None:
    """Return the question for a proof that is missing; the flow goes on once it is there."""
    if needed < Proof.MEMBER:
        return None
    known = turn.actor.member_id is not None
    if known and (needed < Proof.FRESH or _is_fresh(turn)):
        return None
    channel = turn.conversation.key.channel
    where = channel if channel in _ASKED_BY else "elsewhere"
    asked = turn.state.question
    again = asked is not None and (asked.skill, asked.slot) == (turn.skill, PROOF)
    manner = "_again" if again else "_fresh" if known else ""
    reply = turn.say(f"proof.{where}{manner}", topic=turn.words(f"topics.{turn.skill}"))
    return turn.ask(PROOF, replace(reply, contact_request=channel == "telegram"))


def proved(turn: Turn, thanks: Reply, waiting: Sequence[Suspended]) -> Outcome:
    """Return the thanks for a proof; the flow that waited for it, the last one, goes on."""
    done = turn.done(thanks)
    return done.remember(suspended=(*done.state.suspended, *waiting))


@dataclass(frozen=True, slots=True)
class ProofSlot:
    """A stronger proof that only some answers need, asked for once they are known."""

    proof: Proof
    needed: Callable[[Errand], bool] = lambda _: True

    @property
    def name(self) -> str:
        """The slot of the question; nothing ever fills it."""
        return PROOF

    @property
    def kinds(self) -> tuple[str, ...]:
        """Nothing that is said is a proof."""
        return ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand when the proof is there, or ask for it."""
        missing = missing_proof(turn, self.proof) if self.needed(errand) else None
        return errand if missing is None else missing


def _is_fresh(turn: Turn) -> bool:
    at = turn.conversation.attested_at
    return at is not None and turn.now - at <= turn.services.policies.verification.fresh
