"""Takes a list's address, gives all of its results, a page at a time."""

from collections.abc import Iterator, Mapping
from typing import Any

from idportal_client.transport import Query, Transport


class Paged:
    def __init__(self, api: Transport) -> None:
        self._api = api

    def all(self, path: str, query: Query | None = None) -> Iterator[Mapping[str, Any]]:
        after: str | None = None
        while True:
            page = self._api.get(path, {**(query or {}), "after": after} if after else query)
            yield from page["results"]
            after = page["next"]
            if after is None:
                return
