"""DATABASE_URL and REDIS_URL: the stack works on what is given, and starts neither of its own."""

from collections.abc import Iterator

import psycopg
import pytest
import urllib3

from idportal import embedded
from tests.stack.running import Stack, until

DATABASE = "given_to_the_stack"


@pytest.fixture
def database_url() -> Iterator[str]:
    """A database of its own on the server that the tests run on."""
    with psycopg.connect(embedded.database_url(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {DATABASE}")
        yield embedded.database_url().replace("@/idportal?", f"@/{DATABASE}?")
        server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def test_a_given_database_and_broker_are_used(new_stack: Stack, database_url: str) -> None:
    new_stack.environ |= {"DATABASE_URL": database_url, "REDIS_URL": f"{embedded.redis_url()}?db=3"}
    new_stack.start()

    answer = urllib3.request("POST", new_stack.collect, json={"email": "ben@example.com"}, retries=False, timeout=10)
    assert answer.status == 200
    with psycopg.connect(database_url, autocommit=True) as given:
        resolved = "SELECT count(*) FROM deliveries WHERE resolved_at IS NOT NULL"
        until(lambda: given.execute(resolved).fetchone() == (1,), "the event is resolved", seconds=20)

    assert new_stack.pid("postgres") == new_stack.pid("valkey") == 0
    assert not list((new_stack.var_dir / "postgres").iterdir())
    assert new_stack.stop() == 0
