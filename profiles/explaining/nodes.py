"""Takes identifiers by number, gives them as an explanation names them."""

from collections.abc import Iterable
from dataclasses import dataclass

from profiles.models import Standing
from profiles.reading import read


@dataclass(frozen=True)
class Node:
    identifier_id: int
    kind: str
    value: str
    vouched: bool
    standing: int
    profile_id: int

    @property
    def standing_words(self) -> str:
        return str(Standing(self.standing).label)


def nodes_by_id(identifier_ids: Iterable[int]) -> dict[int, Node]:
    """By number, strongest first; those that nobody ever saw are missing."""
    wanted = list(dict.fromkeys(identifier_ids))
    return {node.identifier_id: node for node in read("named", Node, identifier_ids=wanted)} if wanted else {}
