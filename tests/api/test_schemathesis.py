"""Whatever fits the description of an endpoint is answered as it says; and so is what doesn't fit."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from profiles.api.clients import create_client
from profiles.api.described import description
from tests.pages import crowd

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
schema = schemathesis.openapi.from_dict(description())
schema.app = WSGIHandler()


@pytest.fixture
def connected() -> Iterator[None]:
    """As Django's own test client has it: a request's end doesn't close the connection that holds the test's rows."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(db: None, connected: None) -> str:
    crowd.ada()
    crowd.ben_and_the_kiosk()
    return create_client(name="fuzz", scopes=["admin"], rate_limit=1_000_000).token


@schema.parametrize()
@settings(
    max_examples=15, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
def test_an_endpoint_does_what_its_description_says(case: schemathesis.Case[Any], token: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
