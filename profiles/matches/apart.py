"""Takes tables, gives what profiles.matching makes of them, in a process of its own: one that can be stopped at any
moment, and that gives its memory back.

Imports no Django: the process needs none.
"""

import contextlib
import json
import os
import pickle
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

LOOK_SECONDS = 0.5
OnWait = Callable[[], None]


class MatchingFailed(Exception):
    """What failed in the other process, by its kind; its message may tell of people, and stays there."""


def call(name: str, *arguments: Any, on_wait: OnWait = lambda: None) -> Any:
    """What PARTS[name] gives. An exception out of `on_wait`, which is called now and then, ends the process."""
    with subprocess.Popen(
        [sys.executable, "-m", "profiles.matches.apart"],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            said = _said(process, pickle.dumps((name, arguments)), on_wait)
        finally:
            process.kill()
    if not said:
        raise MatchingFailed(f"its process ended with {process.returncode}: was there enough memory?")
    error, result = pickle.loads(said)  # noqa: S301 - from our own process, through our own pipe
    if error:
        raise MatchingFailed(error)
    return result


def _said(process: "subprocess.Popen[bytes]", told: bytes, on_wait: OnWait) -> bytes:
    # A communicate() that is asked again after its time is over tells no more of its input: the rest never arrives.
    stdin, process.stdin = process.stdin, None
    threading.Thread(target=_tell, args=[stdin, told], daemon=True).start()
    while True:
        try:
            return process.communicate(timeout=LOOK_SECONDS)[0]
        except subprocess.TimeoutExpired:
            on_wait()


def _tell(stdin: IO[bytes], told: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), stdin:  # the process was ended meanwhile
        stdin.write(told)


def train(matching: Any, records: Any, answers: Any) -> dict[str, Any]:
    model = matching.train(records, answers=answers)
    charts = [
        {
            "field": compared.field,
            "levels": [
                {"words": level.words, "m": m, "u": u} for level, m, u in zip(compared.levels, ms, us, strict=True)
            ],
        }
        for compared, ms, us in zip(model.compared, model.m, model.u, strict=True)
    ]
    return {"model": json.loads(model.to_json()), "one_in": 1 / model.rates["match"], "charts": charts}


def find_matches(
    matching: Any, records: Any, model: dict[str, Any], changed: set[str] | None, spark: dict[str, str] | None
) -> Any:
    backend = {"backend": matching.Spark(**spark)} if spark else {}
    return matching.find_matches(records, matching.Model.from_json(json.dumps(model)), changed=changed, **backend)


def cluster(matching: Any, records: Any, matches: Any, threshold: float) -> Any:
    return matching.cluster(records, matches, threshold=threshold)


PARTS: dict[str, Callable[..., Any]] = {"train": train, "find_matches": find_matches, "cluster": cluster}


def main() -> None:
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    name, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    # What anything here prints, Java too, is no part of the answer.
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        from profiles import matching

        said: tuple[str, Any] = ("", PARTS[name](matching, *arguments))
    except Exception as error:
        sys.stderr.write("".join(traceback.format_tb(error.__traceback__)))
        said = (type(error).__name__, None)
    pickle.dump(said, answer)
    answer.flush()


def _end_with(parent: int) -> None:
    """Nobody waits for what this makes when who asked for it is gone."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
