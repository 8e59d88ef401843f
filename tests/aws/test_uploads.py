"""Files that wait to be imported, in a real S3 API: any process reads them, from any row, a part at a time."""

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files import File
from django.core.files.storage import storages
from django.test import Client

from ingest import s3
from ingest.importing import bucket, runs
from ingest.models import Import, RawEvent
from ingest.sources import import_source

BUCKET = "uploads"
PEOPLE = b"Customer No,E-Mail\n" + b"".join(b"c-%d,p%d@example.com\n" % (n, n) for n in range(500))

IN_AND_OUT = """
import io, resource, sys
from django.core.files import File
from ingest.importing.bucket import BucketStorage

def used_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

storage = BucketStorage(bucket=sys.argv[1])
storage.save("small", File(io.BytesIO(b"x")))
before = used_mb()
with open(sys.argv[2], "rb") as file:
    storage.save("large", File(file))
with storage.open("large") as file:
    lines = sum(1 for line in iter(file.readline, b""))
print(lines, used_mb() - before)
"""


@pytest.fixture
def uploads(s3_api: Any, settings: Any) -> Iterator[Any]:
    s3_api.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings.STORAGES = {
        **django_settings.STORAGES,
        "imports": {"BACKEND": "ingest.importing.bucket.BucketStorage", "OPTIONS": {"bucket": BUCKET}},
    }
    field = Import._meta.get_field("file")
    before = field.storage
    field.storage = storages["imports"]
    yield s3_api
    field.storage = before


def keys(s3: Any) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]


def uploaded(data: bytes = PEOPLE) -> Import:
    return runs.create_import(
        file=File(BytesIO(data), "people.csv"), name="people.csv", source=import_source(), author="ada"
    )


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "PIECE", 700)
    monkeypatch.setattr(runs, "LINES_A_DELIVERY", 100)


@pytest.mark.django_db
def test_an_import_is_read_from_the_bucket_a_share_at_a_time_and_its_file_goes(
    uploads: Any, small_pieces: None
) -> None:
    job = uploaded()
    [key] = keys(uploads)
    assert "people" not in key
    runs.start(job, announce=False)
    turns = 1
    while runs.run(job.pk, seconds=0):  # each in another process, as far as the file is concerned
        turns += 1
    job.refresh_from_db()
    assert (job.state, job.landed, job.received) == ("done", 500, 500)
    assert turns >= 5
    assert RawEvent.objects.count() == 500
    assert keys(uploads) == []
    again = uploaded()
    runs.start(again, announce=False)
    runs.run(again.pk)
    again.refresh_from_db()
    assert (again.landed, again.duplicate) == (0, 500)


@pytest.mark.django_db
def test_paused_it_goes_on_where_it_was_and_cancelled_its_file_goes(uploads: Any, small_pieces: None) -> None:
    job = uploaded()
    runs.start(job, announce=False)
    runs.run(job.pk, seconds=0)
    runs.pause(job)
    assert not runs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.landed) == ("paused", 100)
    runs.start(job, announce=False)
    runs.run(job.pk, seconds=0)
    job.refresh_from_db()
    assert (job.landed, job.duplicate) == (200, 0)
    assert runs.cancel(job)
    assert keys(uploads) == []


@pytest.mark.django_db
def test_a_file_that_goes_in_the_midst_of_it_fails_the_import_which_says_so(uploads: Any, small_pieces: None) -> None:
    job = uploaded()
    runs.start(job, announce=False)
    shares = runs.shares(job)
    next(shares)
    uploads.delete_object(Bucket=BUCKET, Key=keys(uploads)[0])
    with pytest.raises(runs.FileGone):
        list(shares)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", runs.GONE)


@pytest.mark.django_db
def test_a_bucket_that_takes_nothing_is_told_on_the_page_and_no_import_is_left(
    admin_client: Client, uploads: Any
) -> None:
    uploads.delete_bucket(Bucket=BUCKET)
    file = BytesIO(PEOPLE)
    file.name = "people.csv"
    answer = admin_client.post("/imports/", {"file": file, "source": import_source().pk})
    assert answer.status_code == 422
    assert "could not be kept" in answer.content.decode()
    assert not Import.objects.exists()


class TestStorage:
    def test_bytes_are_read_from_anywhere(self, uploads: Any, small_pieces: None) -> None:
        storage, data = storages["imports"], bytes(range(256)) * 20
        storage.save("a", File(BytesIO(data)))
        with storage.open("a") as file:
            assert file.read() == data
            file.seek(3000)
            assert (file.read(10), file.tell()) == (data[3000:3010], 3010)
            file.seek(-5, 2)
            assert file.read() == data[-5:]
            assert file.read() == b""
        with storage.open("a") as file:
            assert list(file) == list(File(BytesIO(data)))

    def test_an_empty_file_is_empty_and_one_that_is_gone_is_not_found(self, uploads: Any) -> None:
        storage = storages["imports"]
        storage.save("empty", File(BytesIO()))
        with storage.open("empty") as file:
            assert file.read() == b""
        assert storage.exists("empty")
        storage.delete("empty")
        storage.delete("empty")
        assert not storage.exists("empty")
        with pytest.raises(FileNotFoundError):
            storage.open("empty")

    def test_what_is_not_ours_is_an_error_and_not_gone(self, uploads: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        s3.client.cache_clear()
        with pytest.raises(OSError, match="head_object") as raised:
            storages["imports"].exists("a")
        assert not isinstance(raised.value, FileNotFoundError)
        s3.client.cache_clear()

    def test_a_large_file_goes_in_and_out_in_constant_memory(self, uploads: Any, tmp_path: Path) -> None:
        path, size = tmp_path / "large", 96 << 20
        with path.open("wb") as file:
            for _ in range(size >> 20):
                file.write(b"0123456789abcde\n" * (1 << 16))
        command = [sys.executable, "-c", IN_AND_OUT, BUCKET, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=django_settings.BASE_DIR)
        lines, grown_mb = map(int, said.stdout.split())
        assert lines == size // 16
        assert grown_mb < 45  # parts of 8 MB, some of them twice for a moment
