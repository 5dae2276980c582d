"""Records that other systems send as they happen: signed, and answered once they are stored."""

import hashlib
import logging
import time
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import Field

from bot.api.callers import limited_address
from bot.api.parts import Api, ApiDep
from bot.api.problems import ProblemError
from bot.api.signatures import SignatureError
from bot.api.views import View
from crm_store.errors import SourceFileError
from crm_store.types.actors import SYSTEM
from crm_store.types.records import IngestAnswer

log = logging.getLogger(__name__)

SOURCE: Final = r"^[a-z0-9_-]{1,40}$"
BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "One record, a JSON list of records, or the source's own format.",
        "content": {
            "application/json": {"schema": {"type": ["object", "array"]}},
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}

router = APIRouter(
    prefix="/api/v1/ingest", tags=["ingest"], dependencies=[Depends(limited_address)]
)


class HeldBackView(View):
    """A record that was set aside."""

    line: int
    """Which record of the request, counted from 1; the line, where lines were sent."""
    reason: str


class IngestedView(View):
    """What became of the records of a request. All of it is stored when this is sent."""

    source: str
    read: int
    accepted: int
    unchanged: Annotated[int, Field(description="Known before with the same content.")]
    quarantined: int
    reasons: list[HeldBackView]


@router.post(
    "/{source}",
    openapi_extra=BODY,
    responses={
        401: {"description": "The signature, its time or the source is not right."},
        413: {"description": "The body is too large."},
        422: {"description": "The body is no records at all."},
    },
)
async def ingest(
    api: ApiDep,
    request: Request,
    source: Annotated[str, Path(pattern=SOURCE)],
    timestamp: Annotated[str, Header(alias="X-Huike-Timestamp", max_length=20)] = "",
    signature: Annotated[str, Header(alias="X-Huike-Signature", max_length=400)] = "",
) -> IngestedView:
    """Store records of a source; the same request again gets the same answer and does no more.

    `X-Huike-Timestamp` is the time in seconds since 1970, at most five minutes old.
    `X-Huike-Signature` is `v1=` and the HMAC-SHA256, in hexadecimal digits, of timestamp, a full
    stop and the raw body, under the source's secret; two of them, parted by a comma, while a
    secret is replaced. Records that cannot be read are set aside, with the reason; the rest is
    stored. Whoever gets no answer may send the request again.
    """
    if api.parts.ingest is None:
        raise ProblemError(404, "not_found", "nothing is received here")
    body = await request.body()
    try:
        api.ingest_keys.check(source, timestamp, signature, body, now=time.time())
    except SignatureError as error:
        await _note_refusal(api, request, source, str(error))
        raise ProblemError(401, "bad_signature", "the signature is not valid") from error
    digest = hashlib.sha256(b"\x1f".join((source.encode(), timestamp.encode(), body))).hexdigest()
    try:
        answer = await api.parts.ingest.take(source, body, digest)
    except SourceFileError as error:
        raise ProblemError(422, "unreadable_body", str(error)) from error
    return _view(source, answer)


async def _note_refusal(api: Api, request: Request, source: str, reason: str) -> None:
    """Write a refusal into the audit; a flood of them goes to the log alone."""
    address = request.client.host if request.client else ""
    log.warning("refused records of %s from %s: %s", source, address, reason)
    if api.refusals_limit.take(address) == 0:
        async with api.store.writing(SYSTEM) as uow:
            detail = {"reason": reason, "address": address}
            await uow.audit.record("ingest.refused", f"source:{source}", detail)


def _view(source: str, answer: IngestAnswer) -> IngestedView:
    return IngestedView(
        source=source,
        read=answer.read,
        accepted=answer.accepted,
        unchanged=answer.unchanged,
        quarantined=answer.quarantined,
        reasons=[HeldBackView(line=line, reason=reason) for line, reason in answer.reasons],
    )
