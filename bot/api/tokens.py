"""Signed tokens (JWT, HS256): who is speaking, and which conversation a browser may open.

Three kinds that never stand in for each other, told apart by audience:

* a *member token* is made by the shop's own site after its login: ``sub`` is the member's id,
  ``aud`` is ``huike:member``, ``iat`` and ``exp`` at most 24 hours apart;
* a *conversation token* is made here and kept by the browser: ``sub`` is the conversation's id,
  ``member`` the attested member if there is one. It never outlives the member token behind it;
* a *staff conversation token* (``aud`` ``huike:staff``) is made by the desk for who is logged in
  there: ``staff`` is the account's id. It lives for minutes and is renewed by the desk's session.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

ALGORITHM: Final = "HS256"
MEMBER_AUDIENCE: Final = "huike:member"
CONVERSATION_AUDIENCE: Final = "huike:conversation"
STAFF_AUDIENCE: Final = "huike:staff"
MEMBER_LIFETIME: Final = timedelta(hours=24)
"""The longest that a member token may live."""
GUEST_LIFETIME: Final = timedelta(days=30)
"""How long a guest's browser can come back to its conversation."""
STAFF_LIFETIME: Final = timedelta(minutes=15)
"""How long staff may talk before the desk's session is looked at again."""
LEEWAY: Final = timedelta(seconds=30)
"""How far the shop's clock and ours may differ."""
SHORTEST_KEY: Final = 32
"""Bytes; RFC 7518, section 3.2, asks for a key as long as the hash."""


class TokenError(Exception):
    """The token is not one of ours, is of the wrong kind, or has run out."""


@dataclass(frozen=True, slots=True)
class MemberClaims:
    """What a member token says."""

    member_id: int
    expires_at: datetime
    attested_at: datetime
    """When the member logged in: ``auth_time``, else when the token was made."""


@dataclass(frozen=True, slots=True)
class ConversationClaims:
    """What a conversation token says."""

    conversation: str
    """The conversation's public id: `ConversationKey.external_id`."""
    member_id: int | None
    expires_at: datetime
    staff_id: int | None = None
    """The account that speaks, in a conversation of staff."""
    attested_at: datetime | None = None
    """When the member logged in."""


def _now() -> datetime:
    return datetime.now(UTC)


class Tokens:
    """Makes and reads all kinds of token with one key."""

    def __init__(self, key: str, clock: Callable[[], datetime] = _now) -> None:
        if len(key.encode()) < SHORTEST_KEY:
            raise ValueError(f"HUIKE_TOKEN_KEY must have at least {SHORTEST_KEY} bytes")
        self._key = key
        self._clock = clock

    def member(self, member_id: int, lifetime: timedelta = timedelta(hours=12)) -> str:
        """Vouch for a member, as the shop's site does."""
        return self._sign(str(member_id), MEMBER_AUDIENCE, self._clock() + lifetime)

    def read_member(self, token: str) -> MemberClaims:
        """Read a member token; raises `TokenError`."""
        claims = self._verified(token, MEMBER_AUDIENCE)
        expires_at = _moment(claims["exp"])
        if expires_at - _moment(claims["iat"]) > MEMBER_LIFETIME:
            raise TokenError("a member token may live 24 hours at most")
        logged_in = _moment(claims.get("auth_time", claims["iat"]))
        return MemberClaims(
            _number(claims["sub"]), expires_at, min(logged_in, _moment(claims["iat"]))
        )

    def guest_conversation(self) -> ConversationClaims:
        """Return the claims of a new conversation with somebody unknown."""
        return ConversationClaims(
            "g" + secrets.token_urlsafe(16), None, self._clock() + GUEST_LIFETIME
        )

    def member_conversation(self, member: MemberClaims) -> ConversationClaims:
        """Return the claims of the one web conversation that a member has on all devices."""
        return ConversationClaims(
            "m" + self._digest(f"conversation:{member.member_id}"),
            member.member_id,
            member.expires_at,
            attested_at=member.attested_at,
        )

    def staff_conversation(self, staff_id: int, session_ends: datetime) -> ConversationClaims:
        """Return the claims of the one web conversation that a staff account has."""
        return ConversationClaims(
            "s" + self._digest(f"staff conversation:{staff_id}"),
            None,
            min(session_ends, self._clock() + STAFF_LIFETIME),
            staff_id,
        )

    def _digest(self, of: str) -> str:
        return hmac.digest(self._key.encode(), of.encode(), "sha256").hex()[:32]

    def conversation(self, claims: ConversationClaims) -> str:
        """Return the token that opens a conversation."""
        if claims.staff_id is not None:
            extra = {"staff": claims.staff_id}
            return self._sign(claims.conversation, STAFF_AUDIENCE, claims.expires_at, extra)
        extra = {} if claims.member_id is None else {"member": claims.member_id}
        if claims.attested_at is not None:
            extra["auth_time"] = int(claims.attested_at.timestamp())
        return self._sign(claims.conversation, CONVERSATION_AUDIENCE, claims.expires_at, extra)

    def read_conversation(self, token: str) -> ConversationClaims:
        """Read a conversation token, of customers or of staff; raises `TokenError`.

        Whether a staff account may still speak is for the caller to look up.
        """
        claims = self._verified(token, CONVERSATION_AUDIENCE, STAFF_AUDIENCE)
        conversation, expires_at = str(claims["sub"]), _moment(claims["exp"])
        if claims["aud"] == STAFF_AUDIENCE:
            return ConversationClaims(conversation, None, expires_at, _number(claims.get("staff")))
        member = claims.get("member")
        if member is None:
            return ConversationClaims(conversation, None, expires_at)
        logged_in = _moment(claims.get("auth_time", claims["iat"]))
        return ConversationClaims(conversation, _number(member), expires_at, attested_at=logged_in)

    def _sign(
        self,
        subject: str,
        audience: str,
        expires_at: datetime,
        extra: Mapping[str, object] | None = None,
    ) -> str:
        claims = {"sub": subject, "aud": audience, "iat": self._clock(), "exp": expires_at}
        return jwt.encode({**claims, **(extra or {})}, self._key, ALGORITHM)

    def _verified(self, token: str, *audience: str) -> Mapping[str, object]:
        """Check signature, audience and times. Times against our own clock, so tests can set it."""
        try:
            claims: dict[str, object] = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=audience,
                options={
                    "require": ["sub", "aud", "iat", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidTokenError as error:
            raise TokenError("the token is not valid here") from error
        now = self._clock()
        if _moment(claims["exp"]) + LEEWAY < now:
            raise TokenError("the token has run out")
        if _moment(claims["iat"]) - LEEWAY > now:
            raise TokenError("the token is from the future")
        return claims


def _moment(value: object) -> datetime:
    if not isinstance(value, int | float):
        raise TokenError("the token carries no proper time")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TokenError("the token carries no proper time") from error


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise TokenError("the token names nobody") from error


__all__ = ["ConversationClaims", "MemberClaims", "TokenError", "Tokens"]
