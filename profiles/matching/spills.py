"""Where DuckDB puts what doesn't fit into memory: a directory of the process's own, and those of killed ones away."""

import os
import shutil
import tempfile
from pathlib import Path

PLACE = Path(tempfile.gettempdir()) / "idportal-matching"


def own_directory() -> str:
    PLACE.mkdir(exist_ok=True)
    for left in PLACE.iterdir():
        if not left.is_dir():
            left.unlink(missing_ok=True)
        elif not _at_work(left.name):
            shutil.rmtree(left, ignore_errors=True)
    return str(PLACE / str(os.getpid()))


def _at_work(name: str) -> bool:
    try:
        os.kill(int(name), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's
    return True
