"""Gives wall-clock time and, of a backend on this machine, CPU time: what it used, and what it only waited for."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    seconds: float
    cpu_seconds: float | None


def backend_cpu(pid: int) -> float | None:
    """User and system time of a process so far; None where it can't be seen (a server elsewhere)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def cost(pid: int, action: Callable[[], object]) -> Cost:
    before, start = backend_cpu(pid), time.perf_counter()
    action()
    seconds, after = time.perf_counter() - start, backend_cpu(pid)
    return Cost(seconds, None if before is None or after is None else after - before)
