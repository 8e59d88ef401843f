"""Takes an event and its source, gives whether the site's server signed it.

An event is trusted if it is signed, if whoever sent it proved the source's secret key, or if it is imported into a
trusted source.
"""

import hmac
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

from ingest.sources import KnownSource
from lambdas.transform.normalise import Unusable, normalise_identifier


def is_signed(event: Mapping[str, Any], *, source: KnownSource, identifiers: Collection[str]) -> bool:
    """Whether its signature is hex HMAC-SHA256(the source's secret, the user id as given), and that user id is one of
    its identifiers: a signature copied from another event vouches for nothing."""
    signature, user_id = event.get("signature"), event.get("user_id")
    if not (isinstance(signature, str) and isinstance(user_id, str) and source.secret):
        return False
    wanted = hmac.new(source.secret, user_id.encode(), sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.lower().encode()):
        return False
    try:
        return f"user_id:{normalise_identifier('user_id', user_id).value}" in identifiers
    except Unusable:
        return False
