"""Takes records, gives them to the transformation and then to the endpoint: the delivery stream behind the double.

Three stages, each with its own thread and all of them over one spool: records are taken (on disk before the caller
knows), buffered and transformed, buffered again and delivered, several batches at a time.
"""

import queue
import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lambdas.local.delivery import Endpoint, Retry, Verdict, deliver
from lambdas.local.faults import FaultBox
from lambdas.local.objects import Archive, error_lines, utc_now, write_errors
from lambdas.local.spool import Batch, Record, Spool, Waiting
from lambdas.local.transformation import FUNCTION_ARN, Function, Transformed, transform
from lambdas.log import log

MAX_BATCH_RECORDS = 10_000
PARALLEL = 5
PAUSE_AFTER_TROUBLE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """Given on when it holds `size` bytes or its oldest record is `seconds` old."""

    size: int
    seconds: float

    def due_in(self, waiting: Waiting, *, now_ms: int) -> float | None:
        """Seconds; None when there is nothing to wait for."""
        if not waiting.size:
            return None
        age = (now_ms - waiting.since_ms) / 1000
        if waiting.size >= self.size or age < 0:  # the clock was set back: better early than never
            return 0.0
        return max(0.0, self.seconds - age)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a stream is set up."""

    name: str
    arn: str
    root: Path
    endpoint: Endpoint
    function: Function
    to_transform: Buffer
    to_deliver: Buffer
    retry: Retry


class DeliveryStream:
    def __init__(self, plan: Plan, *, faults: FaultBox) -> None:
        self.plan = plan
        self.faults = faults
        self.spool = Spool(plan.root / "spool.sqlite3")
        self.last_error = ""
        self._archive = Archive(root=plan.root, stream=plan.name, last=self.spool.archive())
        self._archive.cut()
        self._incoming: queue.SimpleQueue[tuple[Sequence[Record], Future[None]] | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._taken = threading.Event()
        self._ready = threading.Event()
        self._slots = threading.Semaphore(PARALLEL)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for work in (self._commit_forever, self._transform_forever, self._dispatch_forever):
            self._run(work)

    def stop(self, *, seconds: float) -> None:
        """Ends within `seconds`; what isn't delivered stays in the spool."""
        give_up = time.monotonic() + seconds
        self._stop.set()
        self._incoming.put(None)
        self._taken.set()
        self._ready.set()
        for thread in self._threads:
            thread.join(max(0.0, give_up - time.monotonic()))
        if not any(thread.is_alive() for thread in self._threads):
            self.spool.close()

    def take(self, records: Sequence[Record]) -> None:
        """Returns when the records are on disk."""
        done: Future[None] = Future()
        self._incoming.put((records, done))
        done.result(timeout=30)

    def _run(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    # Taking: one write to disk for all calls that wait for one.

    def _commit_forever(self) -> None:
        more = True
        while more:
            calls = [self._incoming.get()]
            while not self._incoming.empty():
                calls.append(self._incoming.get())
            more = None not in calls
            self._commit([call for call in calls if call])

    def _commit(self, calls: Sequence[tuple[Sequence[Record], Future[None]]]) -> None:
        try:
            self.spool.take([record for records, _ in calls for record in records])
        except Exception as error:
            for _, done in calls:
                done.set_exception(error)
            return
        for _, done in calls:
            done.set_result(None)
        self._taken.set()

    # Transforming.

    def _transform_forever(self) -> None:
        self._forever(self._taken, self.spool.waiting_to_transform, self.plan.to_transform, self._transform_some)

    def _transform_some(self) -> None:
        records = self.spool.next_taken(size=self.plan.to_transform.size, count=MAX_BATCH_RECORDS)
        result = transform(records, function=self.plan.function, arn=self.plan.arn)
        now = utc_now()
        self._set_aside(records, result)
        archived = self._archive.append(records, now=now)
        counts = {"transformed": len(result.ready), "dropped": result.dropped, "processing_failed": len(result.failed)}
        self.spool.transformed(done=records, ready=result.ready, now_ms=_ms(), counts=counts, archive=archived)
        self._archive.keep(archived)
        self._ready.set()

    def _set_aside(self, records: Sequence[Record], result: Transformed) -> None:
        if not result.failed:
            return
        lines = [
            line
            for one in result.failed
            for line in error_lines(
                [one.record],
                attempts=one.attempts,
                code=one.code,
                message=one.message,
                ended_ms=_ms(),
                more={"lambdaArn": FUNCTION_ARN},
            )
        ]
        name = f"{self.plan.name}-1-{records[0].record_id}"
        write_errors(self.plan.root, kind="processing-failed", name=name, lines=lines, now=utc_now())

    # Delivering.

    def _dispatch_forever(self) -> None:
        for batch in self.spool.unfinished_batches():
            if not self._slot():
                return
            self._run(self._deliver, batch)
        self._forever(self._ready, self.spool.waiting_to_deliver, self.plan.to_deliver, self._dispatch)

    def _dispatch(self) -> None:
        if self._slot():
            request_id, size = str(uuid.uuid4()), self.plan.to_deliver.size
            batch = self.spool.next_batch(request_id=request_id, size=size, count=MAX_BATCH_RECORDS)
            self._run(self._deliver, batch)

    def _slot(self) -> bool:
        while not self._stop.is_set():
            if self._slots.acquire(timeout=0.2):
                return True
        return False

    def _deliver(self, batch: Batch) -> None:
        try:
            while not self._stop.is_set() and not self._delivered(batch):
                self._stop.wait(PAUSE_AFTER_TROUBLE)
        finally:
            self._slots.release()

    def _delivered(self, batch: Batch) -> bool:
        """Whether the batch is done with; not while neither the endpoint nor the disk for error objects takes it."""
        try:
            ended = deliver(
                batch,
                post=self._post,
                retry=self.plan.retry,
                wait=self._stop.wait,
                attempted=lambda attempts, waited, verdict: self._failed_once(batch, attempts, waited, verdict),
            )
            if ended:
                self._finish(batch, *ended)
            return True
        except Exception as error:
            self._trouble(error)
            return False

    def _failed_once(self, batch: Batch, attempts: int, waited: float, verdict: Verdict) -> None:
        self.last_error = f"{verdict.code}: {verdict.message}"
        log(
            hop="firehose",
            delivery="failed",
            request_id=batch.request_id,
            attempt=attempts,
            code=verdict.code,
            message=verdict.message,
        )
        self.spool.attempted(batch.request_id, attempts=attempts, waited=waited)

    def _finish(self, batch: Batch, verdict: Verdict, attempts: int) -> None:
        counted_as = "delivered" if verdict.delivered else "lost" if verdict.lost else "delivery_failed"
        if counted_as == "delivery_failed":
            lines = error_lines(
                batch.records,
                attempts=attempts,
                code=verdict.code,
                message=verdict.message,
                ended_ms=_ms(),
                more={"subsequenceNumber": 0, "dataId": batch.request_id},
            )
            name = f"{self.plan.name}-1-{batch.request_id}"
            write_errors(self.plan.root, kind="http-endpoint-failed", name=name, lines=lines, now=utc_now())
        if not verdict.delivered:
            self.last_error = f"{verdict.code}: {verdict.message}"
        self.spool.finished(batch, counted_as=counted_as)
        log(
            hop="firehose",
            delivery=counted_as,
            request_id=batch.request_id,
            records=len(batch.records),
            attempts=attempts,
        )

    def _post(self, batch: Batch) -> Verdict:
        faults, strikes = self.faults.now, self.faults.strikes
        if strikes(faults.deliver_reorder):
            batch = replace(batch, records=random.sample(batch.records, len(batch.records)))
            self._stop.wait(2 * self.plan.to_deliver.seconds)
        self._stop.wait(faults.deliver_delay)
        verdict = self.plan.endpoint.post(batch)
        if verdict.delivered and strikes(faults.deliver_duplicate):
            self.plan.endpoint.post(batch)
        if verdict.delivered and strikes(faults.deliver_again):
            self.plan.endpoint.post(replace(batch, request_id=str(uuid.uuid4())))
        if strikes(faults.deliver_lose_answer):
            return Verdict(code="HttpEndpoint.RequestTimeout", message="The answer was lost (injected).")
        return verdict

    def _forever(
        self, event: threading.Event, waiting: Callable[[], Waiting], buffer: Buffer, work: Callable[[], None]
    ) -> None:
        while not self._stop.is_set():
            event.clear()  # before looking, so that what comes after the look wakes us
            try:
                due = buffer.due_in(waiting(), now_ms=_ms())
                if due == 0:
                    work()
                else:
                    event.wait(due)
            except Exception as error:
                self._trouble(error)
                self._stop.wait(PAUSE_AFTER_TROUBLE)

    def _trouble(self, error: Exception) -> None:
        """A full disk, for instance: said, and tried again."""
        self.last_error = f"{type(error).__name__}: {error}"
        log(hop="firehose", trouble=self.last_error)


def _ms() -> int:
    return time.time_ns() // 1_000_000
