"""Takes a request to an AWS service, gives its headers with a signature (Signature Version 4).

Eighty lines of botocore.auth bring botocore with them, which costs a cold start more than all else that collect does.
The tests sign the same requests with both.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    key_id: str
    secret: str
    token: str = ""

    def __repr__(self) -> str:
        return "Credentials(…)"


def read_credentials(env: Mapping[str, str]) -> Credentials:
    """A function's, which Lambda puts into its environment and which live as long as that. Raises KeyError."""
    return Credentials(
        key_id=env["AWS_ACCESS_KEY_ID"],
        secret=env["AWS_SECRET_ACCESS_KEY"],
        token=env.get("AWS_SESSION_TOKEN", ""),
    )


def signed(
    *,
    headers: Mapping[str, str],
    body: bytes,
    host: str,
    region: str,
    service: str,
    credentials: Credentials,
    now: datetime,
) -> dict[str, str]:
    """The headers of a POST to `/` without a query; `headers` have names in lower case."""
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    given = {**headers, "x-amz-date": stamp}
    if credentials.token:
        given["x-amz-security-token"] = credentials.token
    named = dict(sorted({**given, "host": host}.items()))
    names = ";".join(named)
    lines = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in named.items())
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = _mac(_key(credentials.secret, day, region, service), text).hex()
    said = f"{_ALGORITHM} Credential={credentials.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**given, "authorization": said}


@lru_cache(maxsize=4)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = _mac(key, part)
    return key


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
