"""Takes the bytes somebody posted, gives a JSON value that UTF-8 and PostgreSQL's jsonb can hold.

RFC 8259 and nothing more: no NaN, no Infinity, no number that a double can't hold. Half a surrogate pair (text that
was cut in the middle of an emoji) and NUL are legal in JSON but not in PostgreSQL: `scrub` replaces and removes them.
"""

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_STRING = 16_384

# Lone surrogates only: json.loads has already joined the pairs.
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJson(ValueError):
    """Not JSON, or a number that nothing downstream can hold."""


class TooDeep(ValueError):
    """More nesting than any event needs."""


class TooLong(ValueError):
    """One piece of text longer than any event needs."""


def parse(data: bytes | str) -> Any:
    """The JSON value in `data`; raises NotJson or TooDeep."""
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, parse_float=_finite, parse_constant=_constant)
    except RecursionError:
        raise TooDeep("nested too deep to read") from None
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos}") from None
    except NotJson:
        raise
    except ValueError:  # Python refuses to read whole numbers of thousands of digits
        raise NotJson("a number out of range") from None


def dump(value: Any) -> bytes:
    """One line of UTF-8 JSON without the line's end."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def canonical(value: Any) -> bytes:
    """The same bytes for the same value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":")).encode()


def scrub(value: Any, *, depth: int = MAX_DEPTH) -> Any:
    """The same value without what PostgreSQL can't hold; raises TooDeep, TooLong or NotJson."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {_clean(str(key)): scrub(item, depth=_below(depth)) for key, item in value.items()}
    if isinstance(value, list):
        return [scrub(item, depth=_below(depth)) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise NotJson("a number out of range")
    return value


def _clean(text: str) -> str:
    if len(text) > MAX_STRING:
        raise TooLong(f"a text of {len(text)} characters, at most {MAX_STRING}")
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


def _below(depth: int) -> int:
    if depth <= 1:
        raise TooDeep(f"more than {MAX_DEPTH} levels of nesting")
    return depth - 1


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise NotJson("a number out of range")
    return number


def _constant(text: str) -> NoReturn:
    raise NotJson(f"{text} is not JSON")
