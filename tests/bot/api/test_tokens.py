"""Member tokens and conversation tokens never stand in for each other, and both run out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from bot.api.tokens import MemberClaims, TokenError, Tokens

KEY = "a key of the tests, long enough for HS256"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(moment: datetime) -> Tokens:
    return Tokens(KEY, lambda: moment)


def signed(**claims: object) -> str:
    whole = {"sub": "7", "aud": "huike:member", "iat": NOON, "exp": NOON + timedelta(hours=1)}
    return jwt.encode({**whole, **claims}, KEY, "HS256")


def test_a_member_token_names_the_member_until_it_runs_out() -> None:
    token = at(NOON).member(7, timedelta(hours=2))
    assert at(NOON + timedelta(hours=1)).read_member(token).member_id == 7
    with pytest.raises(TokenError, match="run out"):
        at(NOON + timedelta(hours=3)).read_member(token)


def test_a_site_may_sign_with_any_library() -> None:
    assert at(NOON).read_member(signed()).member_id == 7


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOON + timedelta(hours=25)},
        {"iat": NOON + timedelta(hours=1)},
        {"sub": "somebody"},
        {"aud": "huike:conversation"},
        {"aud": "another shop"},
        {"exp": 10**30},
    ],
    ids=["lives too long", "from the future", "no number", "conversation", "other", "absurd"],
)
def test_a_member_token_that_does_not_fit_is_refused(claims: dict[str, object]) -> None:
    with pytest.raises(TokenError):
        at(NOON).read_member(signed(**claims))


@pytest.mark.parametrize("missing", ["sub", "aud", "iat", "exp"])
def test_every_claim_is_needed(missing: str) -> None:
    claims = {"sub": "7", "aud": "huike:member", "iat": NOON, "exp": NOON + timedelta(hours=1)}
    del claims[missing]
    with pytest.raises(TokenError):
        at(NOON).read_member(jwt.encode(claims, KEY, "HS256"))


def test_an_unsigned_or_otherwise_signed_token_is_refused() -> None:
    claims = {"sub": "7", "aud": "huike:member", "iat": NOON, "exp": NOON + timedelta(hours=1)}
    for token in (
        jwt.encode(claims, "", "none"),
        jwt.encode(claims, "another key that is long enough, truly", "HS256"),
        "not.a.token",
        "",
    ):
        with pytest.raises(TokenError):
            at(NOON).read_member(token)


def test_the_kinds_are_not_interchangeable() -> None:
    tokens = at(NOON)
    with pytest.raises(TokenError):
        tokens.read_conversation(tokens.member(7))
    with pytest.raises(TokenError):
        tokens.read_member(tokens.conversation(tokens.guest_conversation()))


def test_every_guest_has_a_conversation_of_their_own() -> None:
    tokens = at(NOON)
    first, second = tokens.guest_conversation(), tokens.guest_conversation()
    assert first.conversation != second.conversation
    assert first.member_id is None
    assert tokens.read_conversation(tokens.conversation(first)) == first


def test_a_member_has_one_conversation_that_ends_with_the_sign_in() -> None:
    tokens = at(NOON)
    until = NOON + timedelta(hours=1)
    member = MemberClaims(7, until, NOON)
    opened = tokens.member_conversation(member)
    assert opened.conversation == tokens.member_conversation(member).conversation
    other = tokens.member_conversation(replace(member, member_id=8))
    assert opened.conversation != other.conversation
    token = tokens.conversation(opened)
    assert tokens.read_conversation(token) == opened
    with pytest.raises(TokenError):
        at(until + timedelta(minutes=1)).read_conversation(token)


def test_a_short_key_does_not_start() -> None:
    with pytest.raises(ValueError, match="HUIKE_TOKEN_KEY"):
        Tokens("too short")
