"""Takes the name of a file in `sql/`, gives the query in it."""

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text()
