"""Takes the environment of a program with threads, gives it with bounds on what glibc keeps of freed memory."""

from collections.abc import Mapping

# By default glibc makes an arena for nearly each thread, and each keeps what its largest delivery took: the portal grew
# for as long as ever another thread met a large one. One does: Python lets one thread allocate at a time. Blocks of
# 128 KiB and more go straight back to the system.
BOUNDS = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}


def bounded(environ: Mapping[str, str]) -> dict[str, str]:
    """What the operator set stays."""
    return {**BOUNDS, **environ}
