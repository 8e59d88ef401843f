"""Takes an answer that is no success, gives the exception that says why (RFC 9457 problem details)."""

import json
from typing import Any


class ApiError(Exception):
    """`status` is HTTP's; `reason` a word to decide by; `detail` a sentence for people; `errors` says which field."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.reason: str = problem.get("reason", "")
        self.title: str = problem.get("title", "")
        self.detail: str = problem.get("detail", "")
        self.errors: list[dict[str, str]] = problem.get("errors") or []
        self.retry_after = retry_after
        super().__init__(f"{status} {self.reason}: {self.detail or self.title}")


class Unauthorized(ApiError):
    """The token is none, has ended (401), or lacks the scope (403)."""


class NotFound(ApiError):
    """No profile ever had this id."""


class Erased(ApiError):
    """The person behind this id was erased: drop what you hold of it."""


class Refused(ApiError):
    """It makes no sense, or can't be decided as things stand; `detail` says why."""


class TooMany(ApiError):
    """Asked more than the token's limit, or the engine is busy; `retry_after` seconds from now it may go."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: Refused, 401: Unauthorized, 403: Unauthorized, 404: NotFound, 409: Refused, 410: Erased, 422: Refused,
    429: TooMany, 503: TooMany,
}  # fmt: skip


def error_of(status: int, body: bytes, retry_after: str | None) -> ApiError:
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
    return _BY_STATUS.get(status, ApiError)(status, problem if isinstance(problem, dict) else {}, seconds)
