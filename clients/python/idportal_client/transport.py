"""Takes a request, gives the answer's JSON; asks again what may be asked again."""

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import urllib3
from urllib3.util import Retry, Timeout

from idportal_client.errors import error_of

AGAIN = (429, 502, 503, 504)
Query = Mapping[str, str | int | bool | None]


class Transport:
    """Writes carry an idempotency key of their own, so that asking again after a lost answer does nothing twice."""

    def __init__(self, url: str, token: str, *, timeout: float, retries: int) -> None:
        self._base = url.rstrip("/") + "/api/v1/"
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "User-Agent": "idportal-client",
        }
        retry = Retry(
            total=retries, backoff_factor=0.3, backoff_jitter=0.3, status_forcelist=AGAIN, allowed_methods=None,
            raise_on_status=False, redirect=False,
        )  # fmt: skip
        self._pool = urllib3.PoolManager(retries=retry, timeout=Timeout(timeout))

    def get(self, path: str, query: Query | None = None) -> Any:
        return self._answer("GET", path, fields=_told(query or {}))

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid.uuid4())}
        return self._answer("POST", path, body=json.dumps(body or {}).encode(), headers=headers)

    def stream(self, path: str, query: Query | None = None, *, chunk: int = 1 << 16) -> Iterator[bytes]:
        """A file, in parts, at constant memory."""
        answer = self._pool.request(
            "GET", self._base + path, fields=_told(query or {}), headers=self._headers, preload_content=False
        )
        try:
            if answer.status >= 300:
                raise error_of(answer.status, answer.read(), answer.headers.get("Retry-After"))
            yield from answer.stream(chunk)
        finally:
            answer.release_conn()

    def _answer(
        self, method: str, path: str, *, fields: dict[str, str] | None = None, body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # fmt: skip
        answer = self._pool.request(
            method, self._base + path, fields=fields, body=body, headers={**self._headers, **(headers or {})}
        )
        if answer.status >= 300:
            raise error_of(answer.status, answer.data, answer.headers.get("Retry-After"))
        return json.loads(answer.data)


def _told(query: Query) -> dict[str, str]:
    return {name: _text(value) for name, value in query.items() if value is not None}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
