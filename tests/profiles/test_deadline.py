"""What is done until a deadline is done by then, or not at all."""

from time import monotonic

import pytest
from django.db import connection, transaction

from profiles.deadline import OutOfTime, until
from profiles.models import Kind

pytestmark = pytest.mark.django_db


def sleep(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def change_and_sleep(deadline: float, *, times: int) -> None:
    with until(deadline):
        Kind.objects.update(rank=77)
        for _ in range(times):
            with transaction.atomic():
                sleep(0.25)


def dawdle_and_change(deadline: float) -> None:
    with until(deadline):
        while monotonic() < deadline + 0.05:
            pass
        Kind.objects.update(rank=77)


def test_many_statements_share_the_time_of_one() -> None:
    began = monotonic()
    with pytest.raises(OutOfTime):
        change_and_sleep(began + 0.6, times=20)
    assert monotonic() - began < 3
    assert not Kind.objects.filter(rank=77).exists()


def test_a_statement_after_the_deadline_is_not_begun() -> None:
    began = monotonic()
    with pytest.raises(OutOfTime):
        dawdle_and_change(began + 0.1)
    assert not Kind.objects.filter(rank=77).exists()


def test_what_is_in_time_stays_and_the_limit_is_gone_afterwards() -> None:
    with until(monotonic() + 5):
        sleep(0.25)
        Kind.objects.update(rank=77)
    assert Kind.objects.filter(rank=77).exists()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
