"""Takes a VAR_DIR, ends the processes that a killed launcher, supervisor or program of it left behind.

Everything that the stack starts carries its VAR_DIR in its environment, and so do the children of these: whoever still
carries it when nobody supervises is left over. PostgreSQL's processes overwrite their environment, but work in its data
directory. Both can be read where there is a /proc; elsewhere only what answers on its socket is ended.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

STACK = "IDPORTAL_STACK"  # VAR_DIR of the stack that started the process
PROGRAM = "IDPORTAL_PROGRAM"
PROC = Path("/proc")
KILL_SECONDS = 10


def end_program(var_dir: Path, name: str) -> None:
    """Kill what an earlier process of this program left: workers whose master was killed hold its port or its data."""
    _kill(lambda: _carrying({STACK: str(var_dir), PROGRAM: name}))
    if name == "postgres":
        end_postgres(var_dir)


def end_stack(var_dir: Path) -> None:
    """Kill every program of the stack; what they had not finished is finished by the next ones."""
    _kill(lambda: _carrying({STACK: str(var_dir)}))


def end_postgres(var_dir: Path) -> None:
    """Kill the backends of a killed server: the next one can't have its shared memory before they are gone."""
    data = var_dir / "postgres"
    if not _postmaster_is_alive(data):
        _kill(lambda: _working_in(data))


def _postmaster_is_alive(data: Path) -> bool:
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    return pid in _working_in(data)


def _kill(find: Callable[[], list[int]]) -> None:
    """Until none is found: a process may have made another before it died."""
    deadline = time.monotonic() + KILL_SECONDS
    while (pids := find()) and time.monotonic() < deadline:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _carrying(wanted: dict[str, str]) -> list[int]:
    entries = {f"{name}={value}".encode() for name, value in wanted.items()}
    return [pid for pid in _processes() if entries <= set(_read(pid, "environ").split(b"\0"))]


def _working_in(folder: Path) -> list[int]:
    return [pid for pid in _processes() if _cwd(pid) == str(folder)]


def _processes() -> list[int]:
    """Our own and living ones aside from this one; a zombie has nothing left to be read."""
    if not PROC.is_dir():
        return []
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit() and int(path.name) != os.getpid()]


def _read(pid: int, name: str) -> bytes:
    try:
        return (PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""


def _cwd(pid: int) -> str:
    try:
        return os.readlink(PROC / str(pid) / "cwd")
    except OSError:
        return ""
