"""Asking how it was after a colleague has finished."""

from datetime import datetime, timedelta

from bot.dialogue.reply import Reply
from bot.dialogue.scores import CSAT, score_buttons
from bot.policies.surveys import Surveys
from bot.replies import Phrasebook
from crm_store.errors import ConflictError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import NewReply, Owner
from crm_store.types.handoffs import Handoff
from crm_store.types.surveys import AFTER_HUMAN, NewSurvey


async def ask_about(
    store: CrmStore,
    phrasebook: Phrasebook,
    rules: Surveys,
    handoff: Handoff,
    now: datetime,
    *,
    dry_run: bool,
) -> int | None:
    """Ask the customer of a resolved handoff; returns the conversation, ``None`` if not asked.

    Not where the bot has been asked something since, nor while it waits for an answer itself.
    """
    day = now.astimezone(phrasebook.time_zone).date()
    try:
        async with store.writing(SYSTEM) as uow:
            talk = await uow.conversations.get(handoff.conversation_id)
            since = now - timedelta(hours=rules.every_hours)
            if talk is None or talk.owner is not Owner.BOT:
                return None
            state = await uow.conversations.dialogue(talk.id)
            if state.get("question") or not await uow.surveys.may_ask(talk.id, since):
                return None
            if not dry_run:
                await uow.surveys.ask(NewSurvey(talk.id, AFTER_HUMAN, day, handoff.id))
                speaker = phrasebook.speaker(talk.language or "zh")
                asking = Reply(
                    speaker.words(f"{CSAT}.ask_human"), buttons=score_buttons(speaker, day)
                )
                message = NewReply(asking.text, asking.to_payload())
                await uow.conversations.reply(talk.id, [message], epoch=talk.epoch)
    except ConflictError:
        return None
    return handoff.conversation_id
