"""The review of proposals to merge: both members side by side, why, and the decision.

Plain forms without a script. Whoever answers customers decides; each look at a member is audited
by the store. Nobody is told of a decision, and a merge can be undone.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from bot.desk.login import POLICY, admitted, from_own_pages
from bot.desk.pages import Pages, language_of
from bot.desk.session import DESK_ROLES, Session, Sessions, require_service
from bot.desk.wording import Wording
from crm_store.errors import ConflictError, NotFoundError
from crm_store.ports import UnitOfWork
from crm_store.types.actors import Actor, Surface
from crm_store.types.merges import MatchCandidate, MatchState, Merge
from crm_store.types.people import IdentityKind, MemberCard

AT_ONCE = 10
"""Proposals on one page; every one shown is two audited looks."""
PAGE = "/desk/matches"


class Decision(StrEnum):
    """What a form's button says."""

    MERGE = "merge"
    DISTINCT = "distinct"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal with the cards of its two members."""

    candidate: MatchCandidate
    sides: tuple[MemberCard, MemberCard]

    @property
    def suggested(self) -> int:
        """Whom to keep, as the form begins: a card holder, who has more orders, who was first."""
        return min(self.sides, key=_rank).member.id

    @property
    def percent(self) -> str:
        """The probability; a review is for what is not certain."""
        return f"{min(self.candidate.match.probability * 100, 99.9):.1f}"


def _rank(card: MemberCard) -> tuple[bool, int, int]:
    has_card = any(one.kind is IdentityKind.LOYALTY_CARD for one in card.identities)
    return not has_card, -card.order_count, card.member.id


def matches_router(sessions: Sessions, pages: Pages) -> APIRouter:
    """Return the page and the addresses of its forms."""
    review = _Review(sessions, pages)
    router = APIRouter(include_in_schema=False)
    forms = [Depends(from_own_pages)]
    router.get(PAGE)(review.show)
    router.post(f"{PAGE}/{{candidate_id}}", dependencies=forms)(review.decide)
    router.post("/desk/merges/{merge_id}/undo", dependencies=forms)(review.undo)
    return router


@dataclass(frozen=True, slots=True)
class _Review:
    """The page and what its forms do."""

    sessions: Sessions
    pages: Pages

    async def show(
        self,
        request: Request,
        merged: Annotated[int | None, Query()] = None,
        told: Annotated[str | None, Query(max_length=20)] = None,
    ) -> Response:
        """Show the next proposals; ``merged`` and ``told`` say what became of the last one."""
        session = await admitted(self.sessions, request, DESK_ROLES)
        if isinstance(session, Response):
            return session
        language = language_of(request)
        async with self.sessions.store.reading(_actor(session)) as uow:
            shown = [await _shown(uow, one) for one in await uow.merges.candidates(limit=AT_ONCE)]
            merge = await uow.merges.get(merged) if merged is not None else None
        return self.pages.render(
            "matches.html",
            language,
            POLICY,
            staff=session.staff,
            shown=[one for one in shown if one is not None],
            merge=merge if merge is not None and merge.undone_at is None else None,
            told=told if told in {*Decision, "gone", "undone"} else None,
            word=Wording(self.pages.phrasebook.speaker(language)).name,
        )

    async def decide(
        self,
        request: Request,
        candidate_id: int,
        decision: Annotated[Decision, Form()],
        keep: Annotated[int | None, Form()] = None,
    ) -> Response:
        """Merge, decline, or put off."""

        async def carry_out(uow: UnitOfWork) -> str:
            merge = await _carry_out(uow, candidate_id, decision, keep)
            return f"merged={merge.id}" if merge else f"told={decision}"

        return await self._carried_out(request, carry_out)

    async def undo(self, request: Request, merge_id: int) -> Response:
        """Take a merge back."""

        async def unmerge(uow: UnitOfWork) -> str:
            await uow.merges.unmerge(merge_id)
            return "told=undone"

        return await self._carried_out(request, unmerge)

    async def _carried_out(
        self, request: Request, act: Callable[[UnitOfWork], Awaitable[str]]
    ) -> Response:
        """Do it in one transaction, and show the page with what it says."""
        session = await admitted(self.sessions, request, DESK_ROLES)
        if isinstance(session, Response):
            return session
        try:
            async with self.sessions.store.writing(_actor(session)) as uow:
                await require_service(uow)
                told = await act(uow)
        except (ConflictError, NotFoundError):
            told = "told=gone"
        return _back(request, told)


async def _shown(uow: UnitOfWork, candidate: MatchCandidate) -> Shown | None:
    left = await uow.members.card(candidate.match.left_id)
    right = await uow.members.card(candidate.match.right_id)
    return None if left is None or right is None else Shown(candidate, (left, right))


async def _carry_out(
    uow: UnitOfWork, candidate_id: int, decision: Decision, keep: int | None
) -> Merge | None:
    if decision is Decision.MERGE:
        return await uow.merges.accept(candidate_id, keep or 0)
    await uow.merges.decline(candidate_id, MatchState(decision.value))
    return None


def _actor(session: Session) -> Actor:
    return replace(session.actor, surface=Surface.MATCH_REVIEW)


def _back(request: Request, told: str) -> RedirectResponse:
    return RedirectResponse(f"{PAGE}?lang={language_of(request)}&{told}", HTTPStatus.SEE_OTHER)
