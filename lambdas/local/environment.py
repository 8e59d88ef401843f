"""Takes environment variables, gives values; one clear sentence for each that is missing or nonsense."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

T = TypeVar("T")


def refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


def needed(name: str, *, meaning: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        refuse(f"{name} is not set: it is {meaning}.")
    return value


def number(name: str, *, default: float, low: float, high: float) -> float:
    return _read(name, str(default), float, lambda value: low <= value <= high, f"a number from {low:g} to {high:g}")


def port(name: str, *, default: int) -> int:
    return _read(name, str(default), int, lambda value: 0 <= value <= 65_535, "a port number")


def one_of(name: str, *, choices: tuple[str, ...]) -> str:
    """The first choice is the default."""
    return _read(name, choices[0], str, lambda value: value in choices, " or ".join(choices))


def _read(name: str, default: str, kind: Callable[[str], T], fits: Callable[[T], bool], wanted: str) -> T:
    text = os.environ.get(name, "").strip() or default
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or not fits(value):
        refuse(f"{name} is {text!r}, but must be {wanted}.")
    return value
