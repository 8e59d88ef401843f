"""How fast the review queue opens and is refreshed when very many questions wait in it.

    python -m benchmarks.review_speed --questions 100000

Makes pairs of profiles that share a device (in a database of its own, which it removes), asks about all of them, and
opens the pages as a steward does: the time of the server, without network or browser.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "test"))

PAIRS = """
INSERT INTO identifiers (identifier_id, kind_id, value, core_id, neighbourhood_id, profile_id, vouched, standing)
SELECT 3 * n + k, (SELECT kind_id FROM kinds WHERE name = CASE k WHEN 1 THEN 'anonymous_id' ELSE 'user_id' END),
       'u' || n || '-' || k, 3 * n + 1, 3 * n + 1, CASE k WHEN 3 THEN 3 * n + 3 ELSE 3 * n + 1 END, false, 0
FROM generate_series(1, %(questions)s) n, generate_series(1, 3) k
"""
LINKS = """
INSERT INTO links (a_id, b_id, first_seen, event_id, vouched, held)
SELECT 3 * n + 1, 3 * n + k, now(), (n + 1)::bigint << 20, false, CASE k WHEN 3 THEN 'limit user_id' END
FROM generate_series(1, %(questions)s) n, generate_series(2, 3) k
"""

# A delivery that shows so many of the pairs once more.
DELIVERY = """
WITH landed AS (
    INSERT INTO deliveries (request_id, origin, received_at, bytes, records, received, landed, duplicate, rejected, resolved_at)
    VALUES (gen_random_uuid(), 'firehose', now(), 0, 1, 1, 1, 0, 0, clock_timestamp()) RETURNING delivery_id
)
UPDATE links SET event_id = delivery_id << 20 FROM landed
WHERE held IS NOT NULL AND a_id IN (SELECT 3 * n + 1 FROM generate_series(1, %(links)s) n)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=15)
    given = parser.parse_args()
    from idportal.embedded import services

    with services():
        import django

        django.setup()
        from django.test.utils import get_runner, setup_test_environment, teardown_test_environment

        setup_test_environment()
        runner = get_runner(__import__("django.conf").conf.settings)(verbosity=0, interactive=False)
        databases = runner.setup_databases()
        try:
            measure(given.questions, given.times)
        finally:
            runner.teardown_databases(databases)
            teardown_test_environment()


def measure(questions: int, times: int) -> None:
    from django.contrib.auth.models import Group
    from django.db import connection
    from django.test import Client

    from idportal.accounts.models import User
    from profiles.models import ReviewQuestion
    from profiles.review.questions import refresh_review

    with connection.cursor() as cursor:
        cursor.execute(PAIRS, {"questions": questions})
        cursor.execute(LINKS, {"questions": questions})
        cursor.execute("ANALYZE")
    say("the first refresh, of everything", [timed(refresh_review)])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE review_questions")
    say("a refresh with nothing new", [timed(refresh_review) for _ in range(times)])
    say("a refresh after 1,000 held links", [after_a_delivery(refresh_review) for _ in range(times)])
    say("a refresh of everything, with nothing new", [timed(lambda: refresh_review(everything=True)) for _ in range(3)])
    print(f"{ReviewQuestion.objects.filter(state='open').count():,} open questions")
    person = User.objects.create_user("steward")
    person.groups.add(Group.objects.get(name="steward"))
    client = Client()
    client.force_login(person)
    opened(client, "/review/?sort=oldest")  # the first request of a process reads its templates
    middle = ReviewQuestion.objects.order_by("pk")[questions // 2]
    addresses = {
        "the queue": "/review/",
        "its newest": "/review/?sort=newest",
        "one reason": "/review/?reason=limit+user_id",
        "a reason that none has": "/review/?reason=unvouched",
        "a page in the middle": f"/review/?after={middle.priority!r}~{middle.pk}",
        "the page of a pair": f"/review/{middle.pk}/",
        "what merging would do": f"/review/{middle.pk}/effect/",
    }
    for name, address in addresses.items():
        say(name, [timed(lambda address=address: opened(client, address)) for _ in range(times)])


def after_a_delivery(refresh: Callable[[], object]) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(DELIVERY, {"links": 1000})
    return timed(refresh)


def opened(client: object, address: str) -> None:
    answer = client.get(address)  # type: ignore[attr-defined]
    if answer.status_code != 200:
        sys.exit(f"{address} answers {answer.status_code}")


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def say(what: str, took: list[float]) -> None:
    print(f"{what:45} median {statistics.median(took):8.1f} ms, worst {max(took):8.1f} ms")


if __name__ == "__main__":
    main()
