"""Takes lines, gives them to Firehose: all of them, or an exception."""

import random
import time
from dataclasses import dataclass

from lambdas.collect.firehose import Failed, Firehose

FIRST_WAIT = 0.05

# Asking again won't help, a person must: but the events are good, so their sender is told to keep them.
_FINAL = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidArgumentException",
    "InvalidClientTokenId",
    "InvalidKMSResourceException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "ResourceNotFoundException",
    "SerializationException",
    "UnrecognizedClientException",
    "ValidationException",
}


class Unavailable(Exception):
    """Firehose didn't take everything in time. The message is its error code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    client: Firehose
    name: str
    seconds: float

    def put(self, records: list[bytes]) -> int:
        """How many calls it took until Firehose had every record; raises Unavailable after `seconds`. One request's
        records stay below the 500 and 4 MiB of a call: a body has at most 512 KiB.

        A lost answer makes duplicates: landing knows an event by its message id.
        """
        give_up = time.monotonic() + self.seconds
        wait, calls, code = FIRST_WAIT, 0, ""
        while records:
            if calls:
                left = give_up - time.monotonic()
                if left <= 0:
                    raise Unavailable(code)
                time.sleep(min(left, wait * random.uniform(0.5, 1.5)))  # noqa: S311 - spreads retries, guards nothing
                wait *= 2
            records, code = self._left(records)
            calls += 1
        return calls

    def _left(self, records: list[bytes]) -> tuple[list[bytes], str]:
        """The records that Firehose didn't take, and its reason for the last of them."""
        try:
            codes = self.client.put_record_batch(stream=self.name, records=records)
        except Failed as error:
            if str(error) in _FINAL:
                raise Unavailable(str(error)) from error
            return records, str(error)
        failed = [(record, code) for record, code in zip(records, codes, strict=True) if code]
        return [record for record, _ in failed], failed[-1][1] if failed else ""
