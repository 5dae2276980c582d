"""Errors in the shape in which Telegram gives them."""

from typing import Any


class ApiError(Exception):
    """``{"ok": false, "error_code", "description", "parameters"}``."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


def too_many_requests(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


UNAUTHORIZED = ApiError(401, "Unauthorized")
NOT_FOUND = ApiError(404, "Not Found")
BLOCKED = ApiError(403, "Forbidden: bot was blocked by the user")
NEVER_STARTED = ApiError(403, "Forbidden: bot can't initiate conversation with a user")
OTHER_POLL = ApiError(
    409,
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
)
OLD_QUERY = bad_request("query is too old and response timeout expired or query ID is invalid")
