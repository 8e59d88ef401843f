"""What Firehose kept is landed from a real S3 API, each event once, whatever the objects look like."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from idportal.accounts.models import User
from ingest.kept import replays
from ingest.kept.listing import Span, kept_objects
from ingest.kept.store import Bucket, kept_store
from ingest.models import Delivery, KeptReplay, RawEvent, RejectedRecord
from lambdas.local.objects import error_lines
from lambdas.local.spool import Record
from tests.ingest.builders import delivered, envelope, event, line, record

pytestmark = pytest.mark.django_db

BUCKET = "archive"
AT = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
What = KeptReplay.What


@pytest.fixture
def s3(s3_api: Any, settings: Any) -> Any:
    settings.ARCHIVE_BUCKET = BUCKET
    s3_api.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return s3_api


def span(what: str = What.UNDELIVERED, *, since: datetime = AT, until: datetime | None = None) -> Span:
    return Span(what=what, since=since, until=until or since + timedelta(hours=1))


def put(s3: Any, data: bytes, *, what: str = What.UNDELIVERED, at: datetime = AT, name: str = "events-1-a") -> str:
    root = {"http-endpoint-failed": "errors/http-endpoint-failed", "processing-failed": "errors/processing-failed",
            "archive": "archive"}[what]  # fmt: skip
    key = f"{root}/{at:%Y/%m/%d/%H}/{name}"
    s3.put_object(Bucket=BUCKET, Key=key, Body=data)
    return key


def failed(*records: bytes, **more: Any) -> bytes:
    """An error object as the double writes it, which is as Firehose does."""
    lines = error_lines(
        [Record(str(n), 1, data) for n, data in enumerate(records)],
        attempts=4, code="HttpEndpoint.DestinationException", message="503", ended_ms=2, more=more,
    )  # fmt: skip
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)


def replayed(asked: Span) -> KeptReplay:
    done = replays.run(replays.ask(span=asked, author="ada").pk)
    assert done is not None
    done.refresh_from_db()
    assert done.finished_at is not None
    return done


def counts(replay: KeptReplay) -> tuple[int, int, int, int]:
    return replay.received, replay.landed, replay.duplicate, replay.rejected


def test_failed_deliveries_land_once_however_often_they_are_replayed(s3: Any) -> None:
    put(s3, failed(record(event(messageId="a")), record(event(messageId="b")), dataId="d"))
    assert counts(replayed(span())) == (2, 2, 0, 0)
    assert counts(replayed(span())) == (2, 0, 2, 0)
    assert RawEvent.objects.count() == 2
    assert Delivery.objects.filter(origin="replay").count() == 1


def test_what_failed_in_the_transformation_is_transformed_now(s3: Any) -> None:
    put(s3, failed(line(envelope(event(messageId="a"))), lambdaARN="arn:…:$LATEST"), what=What.UNPROCESSED)
    assert counts(replayed(span(What.UNPROCESSED))) == (1, 1, 0, 0)


@pytest.mark.parametrize("zipped", [False, True])
def test_the_archive_holds_records_before_or_after_the_transformation(s3: Any, zipped: bool) -> None:
    """Which of the two is not documented; and an object may have several gzip members."""
    before, after = line(envelope(event(messageId="a"))), record(event(messageId="b"))
    data = gzip.compress(before) + gzip.compress(after) if zipped else before + after
    put(s3, data, what=What.ARCHIVE)
    assert counts(replayed(span(What.ARCHIVE))) == (2, 2, 0, 0)


def test_what_had_landed_is_a_duplicate(s3: Any) -> None:
    delivered(record(event(messageId="a")))
    put(s3, failed(record(event(messageId="a")), record(event(messageId="b"))))
    assert counts(replayed(span())) == (2, 1, 1, 0)


def test_quotes_that_nobody_escaped_cost_no_record(s3: Any) -> None:
    """AWS's own example has them."""
    good = base64.b64encode(record(event(messageId="a"))).decode()
    broken = f'{{"attemptsMade":5,"errorMessage":"said "no" to it","rawData":"{good}","dataId":"d"}}\n'
    put(s3, broken.encode() + failed(record(event(messageId="b"))))
    assert counts(replayed(span())) == (2, 2, 0, 0)


def test_objects_without_line_ends_between_them_are_read(s3: Any) -> None:
    put(s3, failed(record(event(messageId="a")), record(event(messageId="b"))).replace(b"\n", b""))
    assert counts(replayed(span())) == (2, 2, 0, 0)


def test_a_line_without_a_record_is_rejected_with_its_bytes(s3: Any) -> None:
    put(s3, b'{"errorCode": "?"}\n' + failed(record(event(messageId="a"))))
    assert counts(replayed(span())) == (2, 1, 0, 1)
    assert bytes(RejectedRecord.objects.get().data) == b'{"errorCode": "?"}\n'


def test_a_broken_gzip_file_gives_what_it_has_and_the_next_object_is_read(s3: Any) -> None:
    whole = gzip.compress(line(envelope(event(messageId="a"))))
    put(s3, whole + whole[:20], what=What.ARCHIVE, name="a")
    put(s3, line(envelope(event(messageId="b"))), what=What.ARCHIVE, name="b")
    done = replayed(span(What.ARCHIVE))
    assert (done.objects_in_all, done.objects_done, done.objects_broken) == (2, 2, 1)
    assert "gzip" in done.error
    assert RawEvent.objects.count() == 2


def test_only_the_hours_asked_for_and_the_one_before_are_read(s3: Any) -> None:
    """An object is named by its oldest record; what is in it may be of the next hour."""
    hours = [put(s3, b"x\n", at=AT + timedelta(hours=n)) for n in (-2, -1, 0, 1, 2)]
    found = [one.key for one in kept_objects(kept_store(), span())]
    assert found == hours[1:4]
    assert [one.key for one in kept_objects(kept_store(), span(), after=found[0])] == found[1:]


def test_a_span_over_days_lists_more_than_a_thousand_objects(s3: Any) -> None:
    for number in range(1005):
        put(s3, b"x", name=f"{number:04}")
    put(s3, b"x", at=AT + timedelta(days=3))
    found = list(kept_objects(Bucket(BUCKET), span(until=AT + timedelta(days=4))))
    assert len(found) == 1006
    assert found == sorted(found, key=lambda one: one.key)


def test_a_replay_that_was_killed_goes_on_where_it_was(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        put(s3, failed(record(event(messageId=name))), name=name)
    asked = replays.ask(span=span(), author="ada")
    whole = Bucket.opened

    def killed(self: Bucket, key: str) -> Any:
        if key.endswith("b"):
            raise KeyboardInterrupt
        return whole(self, key)

    monkeypatch.setattr(Bucket, "opened", killed)
    with pytest.raises(KeyboardInterrupt):
        replays.run(asked.pk)
    monkeypatch.undo()
    asked.refresh_from_db()
    assert (asked.objects_done, asked.landed, asked.finished_at) == (1, 1, None)
    assert replays.waiting_replays() == [asked.pk]


def test_a_replay_goes_on_after_the_last_object(s3: Any) -> None:
    keys = [put(s3, failed(record(event(messageId=name))), name=name) for name in "abc"]
    asked = replays.ask(span=span(), author="ada")
    KeptReplay.objects.filter(pk=asked.pk).update(last_key=keys[0], objects_in_all=3, objects_done=1)
    replays.run(asked.pk)
    asked.refresh_from_db()
    assert (asked.objects_done, asked.landed) == (3, 2)
    assert replays.run(asked.pk) is not None  # done: nothing more
    assert RawEvent.objects.count() == 2


def test_a_bucket_that_is_not_there_ends_it_with_a_reason(s3: Any, settings: Any) -> None:
    settings.ARCHIVE_BUCKET = "nowhere"
    done = replayed(span())
    assert "could not be listed" in done.error


def test_the_command_lists_and_replays(s3: Any) -> None:
    key = put(s3, failed(record(event(messageId="a"))))
    arguments = [What.UNDELIVERED, "--since", "2026-11-20T10:00", "--until", "2026-11-20T11:00"]
    listed, told = StringIO(), StringIO()
    call_command("replay", *arguments, "--list", stdout=listed)
    assert key in listed.getvalue()
    call_command("replay", *arguments, "--json", stdout=told)
    assert json.loads(told.getvalue())["landed"] == 1
    with pytest.raises(CommandError, match="before"):
        call_command("replay", What.ARCHIVE, "--since", "2026-11-20", "--until", "2026-11-20")


@pytest.fixture
def steward(db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("ingest.views.kept.announce_replay", lambda: None)
    user = User.objects.create_user("sten", password="x")
    user.groups.add(Group.objects.get(name="steward"))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "wrong",
    [{"since": "yesterday"}, {"until": ""}, {"since": "2026-11-20T11:00"}, {"since": "0001-01-01T00:00+23:00"},
     {"what": "everything"}],
)  # fmt: skip
def test_a_span_that_can_not_be_read_replays_nothing(steward: Client, wrong: dict[str, str]) -> None:
    asked = {"what": What.UNDELIVERED, "since": "2026-11-20T10:00", "until": "2026-11-20T11:00", **wrong}
    page = steward.post(reverse("kept_replay"), asked, follow=True).content.decode()
    assert "Nothing is replayed" in page
    assert not KeptReplay.objects.exists()


def test_the_page_says_that_it_left_a_time_out(steward: Client) -> None:
    assert "A time that can't be read" in steward.get(reverse("kept"), {"since": "yesterday"}).content.decode()
    assert "A time that can't be read" not in steward.get(reverse("kept"), {"since": ""}).content.decode()


def test_the_page_lists_objects_and_starts_a_replay(s3: Any, steward: Client) -> None:
    put(s3, failed(record(event(messageId="a"))))
    asked = {"what": What.UNDELIVERED, "since": "2026-11-20T10:00", "until": "2026-11-20T11:00"}
    page = steward.get(reverse("kept"), asked).content.decode()
    assert "events-1-a" in page
    assert "waits" in page
    steward.post(reverse("kept_replay"), asked)
    [waiting] = replays.waiting_replays()
    replays.run(waiting)
    page = steward.get(reverse("kept"), asked).content.decode()
    assert "replayed" in page
    assert "1 of 1" in page
    assert 'id="kept-replays"' in steward.get(reverse("kept"), headers={"HX-Request": "true"}).content.decode()


def test_the_local_firehoses_folder_serves_as_well(settings: Any, tmp_path: Any) -> None:
    settings.ARCHIVE_BUCKET, settings.VAR_DIR = "", tmp_path
    folder = tmp_path / "firehose" / "errors" / "http-endpoint-failed" / "2026" / "11" / "20" / "10"
    folder.mkdir(parents=True)
    (folder / "events-1-a").write_bytes(failed(record(event(messageId="a"))))
    (folder / ".events-1-b").write_bytes(b"a draft")
    assert counts(replayed(span())) == (1, 1, 0, 0)
