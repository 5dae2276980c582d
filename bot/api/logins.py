"""What a login on the web means for the chat: what waited for it goes on.

A member's web conversation is another one than the guest's in the same browser. When the browser
brings the guest's token, the flow that the guest had begun moves over, in the transaction that
takes it away there: a second login finds nothing. Without one, a flow of the member's own that
asked for a fresh login goes on.
"""

from bot.api import web_channel
from bot.api.parts import Api
from bot.api.tokens import ConversationClaims, TokenError
from bot.api.views import LOGIN
from bot.dialogue.state import PROOF, DialogueState, Suspended, open_flows, suspended_to_json
from bot.policies import load_policies
from crm_store.ports import UnitOfWork
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import JSON, Conversation, InboundMessage, Owner, Received

SKILL = "logged_in"
"""The skill that goes on; see `bot.skills.logged_in`."""


async def go_on_as_member(api: Api, member: ConversationClaims, guest_token: str | None) -> None:
    """Hand over what the guest of this browser had begun, or go on with what asked for a login."""
    guest = _guest(api, guest_token)
    if guest is None and not await _asked_for_login(api, member):
        return
    async with api.store.writing(SYSTEM) as uow:
        receipt = await _taken_over(uow, member, guest) if guest else None
        receipt = receipt or await _gone_on(uow, member)
    if receipt is not None and not receipt.duplicate:
        api.parts.bell.ring("inbox")
        api.parts.bell.ring(receipt.conversation_id)


def _guest(api: Api, token: str | None) -> ConversationClaims | None:
    """Return whom a guest's token speaks of; a token of anything else is as good as none."""
    try:
        claims = api.tokens.read_conversation(token) if token else None
    except TokenError:
        return None
    known = claims is not None and (claims.member_id is not None or claims.staff_id is not None)
    return None if known else claims


async def _asked_for_login(api: Api, member: ConversationClaims) -> bool:
    async with api.store.reading(SYSTEM) as uow:
        return await _waiting_for_login(uow, member) is not None


async def _taken_over(
    uow: UnitOfWork, member: ConversationClaims, guest: ConversationClaims
) -> Received | None:
    """Move the guest's open flows into the member's conversation, as one message of the channel."""
    left = await uow.conversations.find(web_channel.key_of(guest))
    if left is None or not await _is_worth_taking(uow, left):
        return None
    lately = load_policies().verification.take_over
    stored = await uow.conversations.take_dialogue(left.id, lately)
    flows = open_flows(DialogueState.from_json(stored))
    last = (await uow.conversations.tail(left.id, limit=1))[-1]
    message = _login(member, f"guest-{last.id}", left.language, flows)
    return (await uow.conversations.receive([message]))[0] if flows else None


async def _is_worth_taking(uow: UnitOfWork, left: Conversation) -> bool:
    """Whether the guest asked for something that no human is busy with."""
    if left.owner is not Owner.BOT or left.member_id is not None:
        return False
    state = DialogueState.from_json(await uow.conversations.dialogue(left.id))
    return bool(open_flows(state))


async def _gone_on(uow: UnitOfWork, member: ConversationClaims) -> Received | None:
    own = await _waiting_for_login(uow, member)
    if own is None or member.attested_at is None:
        return None
    message = _login(member, f"login-{int(member.attested_at.timestamp())}", own.language, ())
    return (await uow.conversations.receive([message]))[0]


async def _waiting_for_login(uow: UnitOfWork, member: ConversationClaims) -> Conversation | None:
    """Return the member's conversation when it asked for a login and this one is newer."""
    own = await uow.conversations.find(web_channel.key_of(member))
    if own is None or own.attested_at is None or member.attested_at is None:
        return None
    state = DialogueState.from_json(await uow.conversations.dialogue(own.id))
    asked = state.question is not None and state.question.slot == PROOF
    return own if asked and member.attested_at > own.attested_at else None


def _login(
    member: ConversationClaims, key: str, language: str | None, flows: tuple[Suspended, ...]
) -> InboundMessage:
    payload: dict[str, JSON] = {LOGIN: True, "skill": SKILL}
    if flows:
        payload["taken_over"] = suspended_to_json(flows)
    if language:
        payload["language"] = language
    return web_channel.inbound(member, key, "", payload)
