"""Errors as problem documents (RFC 9457): a stable ``code``, a sentence, never a stack trace."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class ProblemError(HTTPException):
    """A request that cannot be served, and why."""

    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code
        """For programs, such as ``message_empty``; ``detail`` is for people."""


def bad_token(detail: str) -> ProblemError:
    """Return the problem of a request whose token is missing or not valid here."""
    return ProblemError(401, "bad_token", detail, {"WWW-Authenticate": "Bearer"})


def slow_down(seconds: float) -> ProblemError:
    """Return the problem of a client that asks too often."""
    wait = str(max(1, round(seconds + 0.5)))
    return ProblemError(429, "too_many_requests", f"try again in {wait} s", {"Retry-After": wait})


def document(
    status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """Return a problem document."""
    content = {
        "type": f"urn:huike:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    own = error.code if isinstance(error, ProblemError) else None
    code = own or HTTPStatus(error.status_code).name.lower()
    return document(error.status_code, code, str(error.detail), error.headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    """Name the places that do not fit; what was sent there is not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    places = [
        {"where": ".".join(str(part) for part in found["loc"]), "what": found["msg"]}
        for found in error.errors()
    ]
    first = f"{places[0]['where']}: {places[0]['what']}" if places else "not valid"
    return document(422, "invalid_request", first, errors=places)


async def _broken(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s broke off", request.method, request.url.path, exc_info=error)
    return document(500, "internal_error", "something went wrong here; it has been written down")


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem document."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _broken)
