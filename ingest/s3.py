"""Takes nothing, gives this process's client of S3."""

import os
from functools import cache
from typing import Any


@cache
def client() -> Any:
    import boto3  # half a second that nobody else needs

    return boto3.client("s3", region_name=os.environ.get("AWS_REGION"))
