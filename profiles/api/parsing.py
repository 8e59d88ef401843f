"""Takes the bytes of a request, gives a JSON value that the database can hold: the same reader as at the front door."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from lambdas import strict_json

MAX_BYTES = 8 * 2**20  # of a whole request


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = f"a request has at most {MAX_BYTES:,} bytes: send it in parts"


class StrictJson(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise TooLarge
        try:
            return strict_json.scrub(strict_json.parse(data))
        except (strict_json.NotJson, strict_json.TooDeep, strict_json.TooLong) as error:
            raise ParseError(str(error)) from None
