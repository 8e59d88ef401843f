"""Sources, deliveries and what landed of them.

Rows of the landing tables (deliveries, event keys, raw events, rejected records) are only ever inserted by the
landing, under a role that can do nothing else; see `landing.py`.
"""

import uuid
from pathlib import Path

from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import Now

from ingest.audit.models import AuditEntry as AuditEntry
from ingest.privacy.models import HashedKind as HashedKind
from ingest.privacy.models import RetentionRule as RetentionRule
from ingest.privacy.models import Suppression as Suppression

EVENTS_PER_DELIVERY_BITS = 20
EVENTS_PER_DELIVERY = 1 << EVENTS_PER_DELIVERY_BITS


class Source(models.Model):
    """Where events come from: a website, a server, an import. Its write key is public, its secret key is not."""

    class ClientIp(models.TextChoices):
        FULL = "full", "kept whole"
        TRUNCATED = "truncated", "last part removed"
        NONE = "none", "not kept"

    name = models.CharField(max_length=100, unique=True)
    write_key = models.CharField(max_length=64, unique=True)
    # Proves a server without the secret being kept: SHA-256 of a random 256-bit secret key.
    secret_sha256 = models.CharField(max_length=64, blank=True)
    # Signed identifies need the secret itself; encrypted with a key derived from SECRET_KEY.
    secret_encrypted = models.BinaryField(blank=True, default=bytes)
    trusted = models.BooleanField(default=False, help_text="What is imported into it is vouched for.")
    origins = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    client_ip = models.CharField(max_length=10, choices=ClientIp, default=ClientIp.TRUNCATED)
    region = models.CharField(max_length=2, blank=True, help_text="Default country of phone numbers without a prefix.")
    is_default = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "sources"
        permissions = [("manage_sources", "Can create sources and see their keys")]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_source"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One batch that came in whole: a Firehose request, a part of an import, a replay."""

    class Origin(models.TextChoices):
        FIREHOSE = "firehose", "Firehose"
        IMPORT = "import", "Import"
        REPLAY = "replay", "Replay"

    delivery_id = models.BigAutoField(primary_key=True)
    request_id = models.CharField(max_length=200, unique=True)  # delivered twice, it lands once
    origin = models.CharField(max_length=10, choices=Origin)
    received_at = models.DateTimeField()
    bytes = models.BigIntegerField()
    records = models.IntegerField()
    received = models.IntegerField()
    landed = models.IntegerField()
    duplicate = models.IntegerField()
    rejected = models.IntegerField()
    # Of the landed: deleted because somebody was erased. They count for no answer, and are not out of retention.
    erased = models.IntegerField(db_default=0)
    # Set by the engine, in the transaction that resolves the delivery.
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "deliveries"
        permissions = [
            ("view_deliveries", "Can see deliveries and rejected records"),
            ("replay", "Can replay rejected records"),
            ("view_masked", "Can see events with personal data masked"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received=models.F("landed") + models.F("duplicate") + models.F("rejected")),
                name="nothing_lost",
            )
        ]
        indexes = [
            models.Index(fields=["delivery_id"], condition=models.Q(resolved_at=None), name="deliveries_unresolved"),
            models.Index(fields=["received_at"], name="deliveries_received_at"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.delivery_id}"


class DeliverySource(models.Model):
    """What a delivery brought from one source; what names no known source is in the delivery's counts alone."""

    pk = models.CompositePrimaryKey("delivery_id", "source_id")
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="sources", db_constraint=False, db_index=False
    )
    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    landed = models.IntegerField()
    duplicate = models.IntegerField()
    rejected = models.IntegerField()
    last_event_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "delivery_sources"
        indexes = [models.Index(fields=["source", "-delivery"], name="delivery_sources_newest")]

    def __str__(self) -> str:
        return f"source {self.source_id} in delivery {self.delivery_id}"


class RawEvent(models.Model):
    """One event as it landed. Partitioned by month of landing: its table is made by a migration in SQL.

    `event_id` is the delivery's id shifted left by 20 bits plus the event's place in it.
    """

    pk = models.CompositePrimaryKey("event_id", "landed_at")
    event_id = models.BigIntegerField()
    landed_at = models.DateTimeField()
    event_time = models.DateTimeField()
    message_id = models.UUIDField()
    combination_id = models.UUIDField()
    source = models.ForeignKey(Source, on_delete=models.DO_NOTHING, related_name="+")
    trusted = models.BooleanField()
    type = models.TextField()
    name = models.TextField()
    identifiers = ArrayField(models.TextField())  # "kind:value", sorted
    traits = models.JSONField(null=True)
    payload = models.JSONField()

    class Meta:
        managed = False
        db_table = "raw_events"
        permissions = [("view_events", "Can see raw events")]

    def __str__(self) -> str:
        return f"event {self.event_id}"


class EventKey(models.Model):
    """The promise that an event lands once: a message id names an event within its source, for ever."""

    pk = models.CompositePrimaryKey("source_id", "message_id")
    source_id = models.IntegerField()
    message_id = models.UUIDField()
    event_id = models.BigIntegerField()

    class Meta:
        db_table = "event_keys"

    def __str__(self) -> str:
        return f"key of event {self.event_id}"


class RejectedRecord(models.Model):
    """What could not land: its bytes, and why. A record, or one event of it, as it would be sent again."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="rejected_records", db_constraint=False
    )
    ordinal = models.IntegerField()
    reason = models.CharField(max_length=60)
    detail = models.TextField(blank=True)
    data = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    replayed_at = models.DateTimeField(null=True, blank=True)
    replayed_in = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )

    class Meta:
        db_table = "rejected_records"
        indexes = [
            models.Index(fields=["-id"], condition=models.Q(replayed_at=None), name="rejected_waiting"),
        ]

    def __str__(self) -> str:
        return f"rejected record {self.pk}"


def import_storage() -> Storage:
    return storages["imports"]


def import_file(_import: "Import", name: str) -> str:
    """Where a file is kept: its own name says nothing of who is in it."""
    return f"{uuid.uuid4()}{Path(name).suffix.lower()[:10]}"


class Import(models.Model):
    """A file that somebody uploaded, what its columns mean, and how far it has landed.

    received = landed + duplicate + rejected, over its deliveries, whose request ids begin with `import-ID-`.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "waits to be started"
        RUNNING = "running", "running"
        PAUSED = "paused", "paused"
        CANCELLED = "cancelled", "cancelled"
        FAILED = "failed", "failed"
        DONE = "done", "done"

    OPEN = (State.UPLOADED, State.RUNNING, State.PAUSED, State.FAILED)

    import_id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=255)
    file = models.FileField(storage=import_storage, upload_to=import_file, max_length=100, blank=True)
    size = models.BigIntegerField()
    shape = models.JSONField()  # importing.table.Shape
    mapping = models.JSONField(null=True)  # importing.columns.ColumnMapping; of a CSV only
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    position = models.BigIntegerField(default=0)  # bytes that have landed
    line = models.BigIntegerField(default=1)  # that `position` is in
    received = models.BigIntegerField(default=0)
    landed = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    reasons = models.JSONField(default=dict)  # word to number of rejected rows
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "imports"
        permissions = [("import_files", "Can import files")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received=models.F("landed") + models.F("duplicate") + models.F("rejected")),
                name="no_row_lost",
            )
        ]
        indexes = [models.Index(fields=["import_id"], condition=models.Q(state="running"), name="imports_running")]

    def __str__(self) -> str:
        return f"import {self.import_id}"

    @property
    def percent(self) -> int:
        return 100 if self.state == self.State.DONE else min(99, self.position * 100 // max(1, self.size))

    @property
    def took(self) -> float:
        """Seconds from its start to its end."""
        return (self.finished_at - self.started_at).total_seconds() if self.started_at and self.finished_at else 0.0

    @property
    def open(self) -> bool:
        """Whether it may still go on."""
        return self.state in self.OPEN


class KeptReplay(models.Model):
    """What somebody wants replayed of the objects that Firehose keeps, and how far it is.

    received = landed + duplicate + rejected; objects whose end can't be read are counted, with the last one's reason.
    """

    class What(models.TextChoices):
        UNDELIVERED = "http-endpoint-failed", "not delivered"
        UNPROCESSED = "processing-failed", "not transformed"
        ARCHIVE = "archive", "archive of all records"

    what = models.CharField(max_length=20, choices=What)
    since = models.DateTimeField()
    until = models.DateTimeField()
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    last_key = models.TextField(blank=True)  # it goes on after this one
    objects_in_all = models.BigIntegerField(null=True)
    objects_done = models.BigIntegerField(default=0)
    objects_broken = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    landed = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "kept_replays"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received=models.F("landed") + models.F("duplicate") + models.F("rejected")),
                name="no_record_lost",
            )
        ]

    def __str__(self) -> str:
        return f"replay {self.pk}"

    @property
    def percent(self) -> int:
        return 100 if self.finished_at else min(99, self.objects_done * 100 // max(1, self.objects_in_all or 1))
