"""Takes the bytes of a request, gives a JSON value that the database can hold: the same reader as at the front door."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from lambdas import strict_json


class StrictJson(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return strict_json.scrub(strict_json.parse(stream.read()))
        except (strict_json.NotJson, strict_json.TooDeep, strict_json.TooLong) as error:
            raise ParseError(str(error)) from None
