"""How fast the review queue opens and is refreshed when very many questions wait in it.

    python -m benchmarks.review_speed --questions 100000
    python -m benchmarks.review_speed --questions 100000 --every     # each combination of filters, sort and last page

Makes pairs of profiles that share a device (in a database of its own, which it removes), asks about all of them, and
opens the pages as a steward does: the time of the server, without network or browser.
"""

import argparse
import os
import statistics
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.visits import client_as, opened, spent, wall

if TYPE_CHECKING:
    from profiles.review.queue import QueueFilters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "test"))

STEWARD = "steward"
SOURCES = {"common": 1, "rare": 2}
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

# Questions of every kind, reason, source and score, some of each rare; as many again that are decided; some skipped.
VARIED = """
UPDATE review_questions SET
    kind = CASE WHEN question_id %% 10 < 4 THEN 'held' WHEN question_id %% 10 < 8 THEN 'probable'
                WHEN question_id %% 10 = 8 THEN 'sample' WHEN question_id %% 5000 = 9 THEN 'parked' ELSE 'value' END,
    reasons = CASE WHEN question_id %% 10000 = 1 THEN ARRAY['unvouched'] WHEN question_id %% 10 BETWEEN 4 AND 8 THEN '{}'
                   WHEN question_id %% 10 = 9 THEN ARRAY['shared'] ELSE ARRAY['limit user_id'] END,
    source_id = CASE WHEN question_id %% 10000 = 1 THEN %(rare)s ELSE %(common)s END,
    probability = CASE WHEN question_id %% 10 BETWEEN 4 AND 7 THEN (question_id * 7919 %% 10000) / 10000.0 END,
    priority = (question_id * 104729 %% 100000) / 1000.0,
    identifier_id = CASE WHEN question_id %% 10 = 9 THEN question_id END, change_id = question_id
"""
DECIDED = """
INSERT INTO review_questions (kind, state, priority, a_profile_id, b_profile_id, reasons, source_id, answer, answered_by, answered_at,
                              carried_out_at, probability)
SELECT kind, 'decided', priority, a_profile_id, b_profile_id, reasons, source_id, 'no', 'steward',
       now() - question_id * interval '1 minute', now(), probability
FROM review_questions WHERE kind IN ('held', 'probable', 'value')
"""
SKIPPED = """
INSERT INTO review_skips (question_id, person, until)
SELECT question_id, 'steward', now() + interval '1 day' FROM review_questions
WHERE state = 'open' ORDER BY priority DESC LIMIT %(questions)s / 50
"""

# Decisions about the pairs: nine of ten in force, one of a thousand by somebody who decides little, the oldest.
DECISIONS = """
WITH made AS (
    INSERT INTO decisions (action, reason, author, withdrawn_at, withdrawn_by, withdrawn_because)
    SELECT CASE n %% 2 WHEN 0 THEN 'assert' ELSE 'separate' END, 'same address', CASE WHEN n <= %(questions)s / 1000 THEN 'cleo' ELSE 'ana' END,
           CASE n %% 10 WHEN 0 THEN now() END, CASE n %% 10 WHEN 0 THEN 'ana' ELSE '' END, ''
    FROM generate_series(1, %(questions)s) n ORDER BY n
    RETURNING decision_id
)
INSERT INTO decision_identifiers (decision_id, side, kind, value)
SELECT m.decision_id, s.side, 'user_id', 'u' || m.decision_id - (SELECT min(decision_id) FROM made) + 1 || '-' || s.place
FROM made m CROSS JOIN (VALUES ('a', 2), ('b', 3)) s (side, place)
"""
QUEUE = ("/review/", "/review/?sort=score", "/review/?show=decided", "/review/?show=skipped", "/review/?kind=value")
LISTS = (
    "/profiles/", "/profiles/?before=900", "/profiles/?kind=user_id", "/profiles/?kind=email", "/profiles/?who=known",
    "/profiles/?who=anonymous", "/profiles/?joined=1", "/profiles/?held=1", "/profiles/?kind=user_id&who=known&joined=1&held=1",
    "/profiles/?kind=email&who=anonymous&joined=1&held=1", "/profiles/?q=u77-2", "/profiles/?q=u7",
    "/decisions/", "/decisions/?before=40", "/decisions/?action=assert", "/decisions/?state=withdrawn", "/decisions/?state=held",
    "/decisions/?author=cleo", "/decisions/?author=nobody", "/decisions/?action=separate&state=withdrawn&author=ana",
    "/decisions/?state=held&author=cleo", "/decisions/?q=user_id:u77-2", "/rules/", "/matching/",
)  # fmt: skip

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
    parser.add_argument("--every", action="store_true", help="every combination of filters and sort, and its last page")
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
            if given.every:
                every(given.questions)
            else:
                measure(given.questions, given.times)
        finally:
            runner.teardown_databases(databases)
            teardown_test_environment()


def every(questions: int) -> None:
    """The slowest combinations by the CPU time of this program and the database; whole pages of the usual ones."""
    vary(questions)
    measured = sorted((one for filters in combinations() for one in queue_costs(filters)), reverse=True)
    print(
        f"{len(measured):,} pages; median {statistics.median(took for took, *_ in measured):.0f} ms of CPU; the slowest:"
    )
    for took, which, fields in measured[:25]:
        print(f"{took:7.0f} ms  {which:18} {fields}", flush=True)
    execute((DECISIONS, {"questions": questions}), ("ANALYZE", None))
    for role in ("viewer", "analyst", "marketer", "steward", "administrator"):
        page_costs(role)


def execute(*statements: tuple[str, dict[str, int] | None]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values)


def pair_up(questions: int) -> None:
    number = {"questions": questions}
    execute((PAIRS, number), (LINKS, number), ("ANALYZE", None))


def vary(questions: int) -> None:
    from profiles.models import ReviewQuestion
    from profiles.review.questions import refresh_review

    pair_up(questions)
    refresh_review()
    number = {"questions": questions}
    execute((VARIED, SOURCES), (DECIDED, None), (SKIPPED, number), ("VACUUM ANALYZE review_questions", None))
    execute(("ANALYZE", None))
    print(f"{ReviewQuestion.objects.filter(state='open').count():,} open questions")
    print(f"{ReviewQuestion.objects.filter(state='decided').count():,} decided ones")


def combinations() -> Iterator["QueueFilters"]:
    from profiles.review.queue import SHOW, SORTS, QueueFilters

    for show, kind, reason, source, score, sort in product(
        SHOW, ("", "held", "parked", "value"), ("", "limit user_id", "unvouched", "blocked"), (None, *SOURCES.values()),
        (None, 50, 99), SORTS,
    ):  # fmt: skip
        yield QueueFilters(show, kind, reason, source, score, sort)


def queue_costs(filters: "QueueFilters") -> Iterator[tuple[float, str, str]]:
    """Milliseconds of CPU for the first page, and for the last, from the eleventh question before the end on."""
    from profiles.review.queue import order_of, place_of, questions, queue_page

    def cost(after: str) -> float:
        return spent(lambda: queue_page(filters, person=STEWARD, after=after), runs=3).cpu

    yield cost(""), "first", str(filters.fields())
    if filters.show in ("open", "decided") and not (filters.reason and filters.source):
        last = questions(filters, person=STEWARD).order_by(*order_of(filters, back=True))[10:11].first()
        if last:
            place = place_of(last, filters)
            page = queue_page(filters, person=STEWARD, after=place)
            ends = f"last, of {len(page.questions)}{' and more' if page.further else ''}"
            yield cost(place), ends, str(filters.fields())


def page_costs(role: str) -> None:
    client = client_as(role)
    opened(client, "/review/")  # the first request of a person writes down that they are here
    for address in QUEUE + (LISTS if role in ("viewer", STEWARD) else ()):
        if role != "viewer" or address.startswith(("/review/", "/profiles/")):
            took = spent(lambda address=address: opened(client, address), runs=3)
            print(f"{took.cpu:7.0f} ms  {role:14} {address}", flush=True)


def measure(questions: int, times: int) -> None:
    from profiles.models import ReviewQuestion
    from profiles.review.questions import refresh_review

    pair_up(questions)
    say("the first refresh, of everything", [wall(refresh_review)])
    execute(("VACUUM ANALYZE review_questions", None))
    say("a refresh with nothing new", [wall(refresh_review) for _ in range(times)])
    say("a refresh after 1,000 held links", [after_a_delivery(refresh_review) for _ in range(times)])
    say("a refresh of everything, with nothing new", [wall(lambda: refresh_review(everything=True)) for _ in range(3)])
    print(f"{ReviewQuestion.objects.filter(state='open').count():,} open questions")
    client = client_as(STEWARD)
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
        say(name, [wall(lambda address=address: opened(client, address)) for _ in range(times)])


def after_a_delivery(refresh: Callable[[], object]) -> float:
    execute((DELIVERY, {"links": 1000}))
    return wall(refresh)


def say(what: str, took: list[float]) -> None:
    print(f"{what:45} median {statistics.median(took):8.1f} ms, worst {max(took):8.1f} ms")


if __name__ == "__main__":
    main()
