"""Who calls: dependencies that read the bearer token and keep the rate limits."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.api import web_channel
from bot.api.parts import ApiDep
from bot.api.problems import ProblemError, bad_token, slow_down
from bot.api.tokens import ConversationClaims, MemberClaims, TokenError
from crm_store.types.actors import SYSTEM

_conversation_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="conversation token",
    description="From `POST /api/v1/conversations`.",
)
_member_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="member token",
    description="A JWT that the shop's own site signs for a logged-in member.",
)


def limited_address(request: Request, api: ApiDep) -> None:
    """Refuse a network address that asks too often."""
    address = request.client.host if request.client else ""
    if wait := api.requests_limit.take(address):
        raise slow_down(wait)


async def conversation_caller(
    api: ApiDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_conversation_bearer)],
) -> ConversationClaims:
    """Return the conversation that the caller's token opens; the account must still be there."""
    if credentials is None:
        raise bad_token("a conversation token is needed: Authorization: Bearer …")
    try:
        claims = api.tokens.read_conversation(credentials.credentials)
    except TokenError as error:
        raise bad_token(str(error)) from error
    if not await web_channel.may_speak(api.store, claims):
        raise bad_token("the account is switched off or erased")
    return claims


def conversation_owner(
    conversation_id: str, caller: Annotated[ConversationClaims, Depends(conversation_caller)]
) -> ConversationClaims:
    """Return the caller's claims when the conversation in the path is theirs."""
    if conversation_id != caller.conversation:
        raise ProblemError(404, "unknown_conversation", "no such conversation")
    return caller


async def member_caller(
    api: ApiDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_member_bearer)],
) -> MemberClaims | None:
    """Return whom the shop vouches for, following merges; ``None`` for a guest."""
    if credentials is None:
        return None
    try:
        claims = api.tokens.read_member(credentials.credentials)
    except TokenError as error:
        raise bad_token(str(error)) from error
    async with api.store.reading(SYSTEM) as uow:
        member = await uow.members.get(claims.member_id)
    if member is None:
        raise bad_token("the token names no member")
    return replace(claims, member_id=member.id)


ConversationOwner = Annotated[ConversationClaims, Depends(conversation_owner)]
ConversationCaller = Annotated[ConversationClaims, Depends(conversation_caller)]
MemberCaller = Annotated[MemberClaims | None, Depends(member_caller)]
