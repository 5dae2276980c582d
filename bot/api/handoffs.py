"""Handoffs over HTTP, for other desks: the queue, the packet, and everything an agent does.

The caller is an agent or a manager with the token of their own conversation (`aud` =
`huike:staff`). Packets are shown as far as the caller may see them; every look is audited.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import AwareDatetime, Field, field_validator

from bot.api.callers import limited_address
from bot.api.members import LARGEST_ID, StaffCaller
from bot.api.parts import Api, ApiDep
from bot.api.problems import ProblemError
from bot.api.texts import cleaned
from bot.api.views import View
from bot.handoff.packet import HandoffPacket, schema
from bot.handoff.rendering import plain_text
from bot.handoff.seeing import seen_by, sight_of
from bot.handoff.service_levels import SlaState, clocks
from bot.policies import load_service
from crm_store.errors import (
    ConflictError,
    InvalidRecordError,
    NotFoundError,
    NotPermittedError,
)
from crm_store.ports import UnitOfWork
from crm_store.types.actors import Actor, Role, Surface
from crm_store.types.handoffs import Handoff, HandoffReason, HandoffState, Presence, Priority

LONGEST_TEXT = 4000
HandoffId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Act: TypeAlias = Callable[[UnitOfWork], Awaitable[Handoff]]

router = APIRouter(
    prefix="/api/v1/handoffs", tags=["handoffs"], dependencies=[Depends(limited_address)]
)
schemas = APIRouter(prefix="/api/v1/schemas", tags=["handoffs"])


class HandoffView(View):
    """A handoff in the queue."""

    id: int
    conversation_id: int
    reason: HandoffReason
    detail: str
    state: HandoffState
    priority: Priority
    skill: str | None
    language: str | None
    store_id: str | None
    requested_at: datetime
    taken_by: int | None
    offered_to: int | None
    answer_by: datetime | None
    resolve_by: datetime | None
    snoozed_until: datetime | None
    sla: SlaState
    resolution_code: str | None
    reopened: int


class HandoffsView(View):
    """Handoffs as they are to be served."""

    handoffs: list[HandoffView]


class OpenedHandoff(HandoffView):
    """A handoff with its packet."""

    packet: HandoffPacket


class Reassigning(View):
    """To whom it goes."""

    staff_id: Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Requeueing(View):
    """For whom it waits then; nothing: for whoever it waited before."""

    skill: str | None = None
    store_id: Annotated[str, Field(max_length=40)] | None = None

    @field_validator("skill")
    @classmethod
    def _known(cls, skill: str | None) -> str | None:
        if skill is not None and skill not in load_service().skills:
            raise ValueError("there is no such skill")
        return skill


class Snoozing(View):
    """Until when."""

    until: AwareDatetime


class Resolving(View):
    """How it ended."""

    code: str
    resolution: Text = ""

    @field_validator("code")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in load_service().resolutions:
            raise ValueError("there is no such reason code")
        return code


class HandingBack(View):
    """What the bot is to do, in words or as a step's payload; empty: nothing."""

    instruction: Text = ""


class Answering(View):
    """What the agent says."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class Answered(View):
    """The message is stored and on its way."""

    id: int


class BeingThere(View):
    """Whether the caller can be given work; say so more often than every three minutes."""

    presence: Presence


async def serving_caller(caller: StaffCaller) -> Actor:
    """Return the agent or manager who calls; clerks do not answer customers."""
    if caller.role not in (Role.AGENT, Role.MANAGER):
        raise ProblemError(403, "agents_only", "only agents and managers answer customers")
    return replace(caller, surface=Surface.HANDOFF_API)


Serving = Annotated[Actor, Depends(serving_caller)]


@router.get("")
async def queue(
    api: ApiDep,
    caller: Serving,
    state: Annotated[list[Literal["waiting", "taken", "snoozed"]] | None, Query()] = None,
) -> HandoffsView:
    """Return what is open: by priority, then by when an answer is due, then by age."""
    async with api.store.reading(caller) as uow:
        found = await uow.handoffs.open(states=state or ("waiting", "taken", "snoozed"))
    return HandoffsView(handoffs=[_view(one) for one in found])


@router.get("/{handoff_id}")
async def show(api: ApiDep, caller: Serving, handoff_id: HandoffId) -> OpenedHandoff:
    """Return one handoff with its packet."""
    handoff = await _found(api, caller, handoff_id)
    packet = seen_by(HandoffPacket.from_json(handoff.packet), sight_of(caller))
    return OpenedHandoff(**_view(handoff).model_dump(), packet=packet)


@router.get("/{handoff_id}/text", response_class=PlainTextResponse)
async def as_text(
    api: ApiDep,
    caller: Serving,
    handoff_id: HandoffId,
    language: Literal["zh", "zh-Hant", "en"] = "zh",
) -> PlainTextResponse:
    """Return the packet as plain text, for systems that take nothing else."""
    handoff = await _found(api, caller, handoff_id)
    packet = HandoffPacket.from_json(handoff.packet)
    speaker = api.phrasebook.speaker(language)
    return PlainTextResponse(plain_text(packet, speaker, sight_of(caller), handoff.id))


@router.post("/presence", status_code=204)
async def be_there(api: ApiDep, caller: Serving, there: BeingThere) -> None:
    """Say that the caller is there, away or gone; what an absent agent has waits again."""
    async with api.store.writing(caller) as uow:
        await uow.handoffs.heartbeat(there.presence)


@router.post("/next")
async def take_next(api: ApiDep, caller: Serving) -> HandoffView | None:
    """Take what comes first of what fits the caller; `null` when nothing does."""
    with _refusals():
        async with api.store.writing(caller) as uow:
            taken = await uow.handoffs.take_next()
    if taken is not None:
        _ring(api, taken.conversation_id)
    return None if taken is None else _view(taken)


@router.post("/{handoff_id}/take")
async def take(api: ApiDep, caller: Serving, handoff_id: HandoffId) -> HandoffView:
    """Take a waiting one; 409 when somebody was quicker."""
    return await _act(api, caller, lambda uow: uow.handoffs.take(handoff_id))


@router.post("/{handoff_id}/take-over")
async def take_over(api: ApiDep, caller: Serving, handoff_id: HandoffId) -> HandoffView:
    """Take it, whoever has it; managers only."""
    return await _act(api, caller, lambda uow: uow.handoffs.take_over(handoff_id))


@router.post("/{handoff_id}/reassign")
async def reassign(
    api: ApiDep, caller: Serving, handoff_id: HandoffId, wanted: Reassigning
) -> HandoffView:
    """Give it to another agent."""
    return await _act(api, caller, lambda uow: uow.handoffs.reassign(handoff_id, wanted.staff_id))


@router.post("/{handoff_id}/requeue")
async def requeue(
    api: ApiDep, caller: Serving, handoff_id: HandoffId, wanted: Requeueing
) -> HandoffView:
    """Let it wait again, for a skill or a shop."""
    return await _act(
        api,
        caller,
        lambda uow: uow.handoffs.requeue(handoff_id, skill=wanted.skill, store_id=wanted.store_id),
    )


@router.post("/{handoff_id}/snooze")
async def snooze(
    api: ApiDep, caller: Serving, handoff_id: HandoffId, wanted: Snoozing
) -> HandoffView:
    """Put it aside until a time; the customer's next message wakes it."""
    return await _act(api, caller, lambda uow: uow.handoffs.snooze(handoff_id, wanted.until))


@router.post("/{handoff_id}/wake")
async def wake(api: ApiDep, caller: Serving, handoff_id: HandoffId) -> HandoffView:
    """Take a snoozed one up again."""
    return await _act(api, caller, lambda uow: uow.handoffs.wake(handoff_id))


@router.post("/{handoff_id}/resolve")
async def resolve(
    api: ApiDep, caller: Serving, handoff_id: HandoffId, wanted: Resolving
) -> HandoffView:
    """Close it with a reason code."""
    words = cleaned(wanted.resolution) if wanted.resolution else ""
    return await _act(
        api, caller, lambda uow: uow.handoffs.resolve(handoff_id, words, code=wanted.code)
    )


@router.post("/{handoff_id}/hand-back")
async def hand_back(
    api: ApiDep, caller: Serving, handoff_id: HandoffId, wanted: HandingBack
) -> HandoffView:
    """Give the conversation back to the bot, with an instruction or without."""
    words = cleaned(wanted.instruction) if wanted.instruction.strip() else ""
    return await _act(api, caller, lambda uow: uow.handoffs.hand_back(handoff_id, words))


@router.post("/{handoff_id}/reopen")
async def reopen(api: ApiDep, caller: Serving, handoff_id: HandoffId) -> HandoffView:
    """Take a closed one up again."""
    return await _act(api, caller, lambda uow: uow.handoffs.reopen(handoff_id))


@router.post("/{handoff_id}/messages", status_code=202)
async def answer(
    api: ApiDep, caller: Serving, handoff_id: HandoffId, message: Answering
) -> Answered:
    """Say something to the customer; only for who took the handoff."""
    text = cleaned(message.text)
    with _refusals():
        async with api.store.writing(caller) as uow:
            stored = await uow.handoffs.answer(handoff_id, text)
    _ring(api, stored.conversation_id)
    return Answered(id=stored.id)


@schemas.get("/handoff-packet.json")
async def packet_schema() -> dict[str, Any]:
    """Return the JSON Schema of the handoff packet."""
    return schema()


async def _found(api: Api, caller: Actor, handoff_id: int) -> Handoff:
    async with api.store.reading(caller) as uow:
        handoff = await uow.handoffs.get(handoff_id)
    if handoff is None:
        raise ProblemError(404, "unknown_handoff", "no such handoff")
    return handoff


async def _act(api: Api, caller: Actor, act: Act) -> HandoffView:
    """Do it in one transaction, and tell everybody who listens."""
    with _refusals():
        async with api.store.writing(caller) as uow:
            handoff = await act(uow)
    _ring(api, handoff.conversation_id)
    return _view(handoff)


def _ring(api: Api, conversation_id: int) -> None:
    for topic in ("desk", "outbox", "inbox", conversation_id):
        api.parts.bell.ring(topic)


@contextmanager
def _refusals() -> Iterator[None]:
    """Answer what the store refuses with the problem that it is."""
    try:
        yield
    except NotFoundError as error:
        raise ProblemError(404, "unknown_handoff", str(error)) from error
    except ConflictError as error:
        raise ProblemError(409, "not_possible_now", str(error)) from error
    except NotPermittedError as error:
        raise ProblemError(403, "not_yours", str(error)) from error
    except InvalidRecordError as error:
        raise ProblemError(422, "bad_request", str(error)) from error


def _view(handoff: Handoff) -> HandoffView:
    needs, now = handoff.needs, datetime.now(handoff.requested_at.tzinfo)
    return HandoffView(
        id=handoff.id,
        conversation_id=handoff.conversation_id,
        reason=handoff.reason,
        detail=handoff.detail,
        state=handoff.state,
        priority=needs.priority,
        skill=needs.skill,
        language=needs.language,
        store_id=needs.store_id,
        requested_at=handoff.requested_at,
        taken_by=handoff.taken_by,
        offered_to=handoff.offered_to,
        answer_by=needs.answer_by,
        resolve_by=needs.resolve_by,
        snoozed_until=handoff.snoozed_until,
        sla=clocks(handoff, now, load_service().warn_at).worst,
        resolution_code=handoff.resolution_code,
        reopened=handoff.reopened,
    )
