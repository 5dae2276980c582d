"""What became of campaigns by e-mail and text message: sent, opened, clicked, unsubscribed.

An entry belongs to the member whose card is on it, else to the one for whom its phone is attested;
nobody is made out of an address on a mailing list. Whoever unsubscribes or complains has withdrawn
the consent to marketing in that channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_events import save_interactions
from crm_store.repositories.imports_people import find_recipients
from crm_store.repositories.imports_refusals import save_refusals
from crm_store.sources.loaders.base import Loader, Outcome, Record
from crm_store.sources.words import CampaignChannel, CampaignEvent
from crm_store.types.conversations import JSON
from crm_store.types.imports import InteractionDraft, Recipient, RefusalDraft

CAMPAIGN = "campaign"
REFUSALS = frozenset({CampaignEvent.UNSUBSCRIBED, CampaignEvent.COMPLAINED})


@dataclass(frozen=True, slots=True)
class Feedback:
    """One entry and whom it speaks of."""

    record: Record
    recipient: Recipient
    channel: CampaignChannel
    event: CampaignEvent
    at: datetime


def _draft(records: Sequence[Record]) -> Feedback:
    record, fields = records[-1], records[-1].fields
    recipient = Recipient(
        card=fields.get("card", str), phone=fields.get("phone", str), email=fields.get("email", str)
    )
    return Feedback(
        record,
        recipient,
        fields.need("channel", CampaignChannel),
        fields.need("event", CampaignEvent),
        fields.need("at", datetime),
    )


def _interaction(one: Feedback, member_id: int | None) -> InteractionDraft:
    fields = one.record.fields
    detail: dict[str, JSON] = {
        "campaign": fields.need("campaign", str),
        "name": fields.text("name"),
        "channel": one.channel.value,
        "event": one.event.value,
        "link": fields.text("link"),
    }
    return InteractionDraft(member_id, CAMPAIGN, one.at, detail, one.record.id)


async def _save(batch: Batch, entries: Sequence[Feedback]) -> list[Outcome]:
    owners = await find_recipients(batch, [one.recipient for one in entries])
    events = [_interaction(one, owner) for one, owner in zip(entries, owners, strict=True)]
    corrected = [one.record.id for one in entries if one.record.before is not None]
    await save_interactions(batch, events, corrected)
    refusals = [
        RefusalDraft(owner, one.channel.value, one.at)
        for one, owner in zip(entries, owners, strict=True)
        if owner is not None and one.event in REFUSALS
    ]
    await save_refusals(batch, refusals)
    return [f"member:{owner}" if owner is not None else None for owner in owners]


CAMPAIGNS = Loader(_draft, _save)
