import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from profiles.api.clients import create_client


@dataclass(frozen=True)
class Caller:
    """A program with a token."""

    token: str

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: object = None, *, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return Client().post(
            f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json", headers=headers
        )

    def ask(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        return body(answer)


def body(answer: Any) -> Any:
    return json.loads(answer.getvalue())


@pytest.fixture
def caller(db: None) -> Callable[..., Caller]:
    def make(*scopes: str, **settings: Any) -> Caller:
        name = f"{' '.join(scopes)} {len(settings)}"
        return Caller(create_client(name=name, scopes=scopes, **settings).token)

    return make


@pytest.fixture
def reader(caller: Callable[..., Caller]) -> Caller:
    return caller("read")
