"""Gives clients of each role, and what a call or a page costs: wall clock, and CPU of this program and of the database."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.clock import backend_cpu

if TYPE_CHECKING:
    from django.test import Client


@dataclass(frozen=True)
class Spent:
    """Milliseconds a run; `walls` of each run."""

    walls: list[float]
    here: float
    database: float

    @property
    def cpu(self) -> float:
        return self.here + self.database

    def __str__(self) -> str:
        walls = f"{statistics.median(self.walls):7.0f} ms ({min(self.walls):.0f} to {max(self.walls):.0f})"
        return f"{walls}, CPU {self.here:.0f} + {self.database:.0f} ms"


def spent(action: Callable[[], object], *, runs: int) -> Spent:
    here, database = time.process_time(), database_seconds()
    walls = [wall(action) for _ in range(runs)]
    per_run = 1000 / runs
    return Spent(walls, (time.process_time() - here) * per_run, (database_seconds() - database) * per_run)


def wall(action: Callable[[], object]) -> float:
    """Milliseconds by the clock."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def database_seconds() -> float:
    """CPU time of this connection's server process, 0 where it can't be seen; its parallel workers' is not in it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return backend_cpu(cursor.fetchone()[0]) or 0


def client_as(role: str) -> "Client":
    """Logged in as somebody of this role, who is called like it."""
    from django.contrib.auth.models import Group
    from django.test import Client

    from idportal.accounts.models import User

    person, _ = User.objects.get_or_create(username=role)
    person.groups.add(Group.objects.get(name=role))
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client


def opened(client: "Client", address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        sys.exit(f"{address} answers {answer.status_code}")
