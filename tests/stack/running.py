"""Takes a directory, gives a stack of its own in it, started as a person would, to be looked at and to be hurt."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import urllib3

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 120
STOP_SECONDS = 60
# With POSTGRES_UNSAFE, a killed PostgreSQL forgets what it has just promised to keep.
OURS = (
    "POSTGRES_UNSAFE",
    "VAR_DIR",
    "DJANGO_SETTINGS_MODULE",
    "DATABASE_URL",
    "REDIS_URL",
    "ADMIN_PASSWORD",
    "PORT",
    "COLLECT_PORT",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], what: str, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.1)


class Stack:
    """`make run` without make, on ports and in a VAR_DIR of its own."""

    def __init__(self, var_dir: Path, **environ: str) -> None:
        self.var_dir = var_dir
        self.port, self.collect_port = free_port(), free_port()
        self.portal = f"http://127.0.0.1:{self.port}"
        self.collect = f"http://127.0.0.1:{self.collect_port}/v1/events"
        ports = {"PORT": str(self.port), "COLLECT_PORT": str(self.collect_port)}
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environ = inherited | {"VAR_DIR": str(var_dir)} | ports | environ
        self.database_url = f"postgresql://idportal@/idportal?host={var_dir}/run&port=5432"
        self.output_path = var_dir.with_name(var_dir.name + ".out")
        self.process: subprocess.Popen[bytes] | None = None
        self.commands: list[subprocess.Popen[str]] = []

    def launch(self) -> "subprocess.Popen[bytes]":
        with self.output_path.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "idportal.stack"],
                cwd=ROOT, env=self.environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        return self.process

    def start(self) -> float:
        """Return when the screen is there; how long that took."""
        began = time.monotonic()
        process = self.launch()
        until(lambda: process.poll() is not None or "Ctrl-C" in self.output(), "the screen", seconds=START_SECONDS)
        assert process.poll() is None, self.output()
        return time.monotonic() - began

    def fails(self) -> str:
        """What it says when it can't start."""
        process = self.launch()
        assert process.wait(START_SECONDS) == 1, self.output()
        return self.output().strip()

    def output(self) -> str:
        return self.output_path.read_text()

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(STOP_SECONDS)

    def manage(self, *arguments: str, **kwargs: Any) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(self._command(*arguments), cwd=ROOT, env=self.environ, capture_output=True, text=True,
                              timeout=120, check=False, **kwargs)  # fmt: skip

    def manage_in_background(self, *arguments: str) -> "subprocess.Popen[str]":
        command = subprocess.Popen(self._command(*arguments), cwd=ROOT, env=self.environ, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
        self.commands.append(command)
        return command

    def clear_away(self) -> None:
        """Whatever a failed test left of it."""
        for command in self.commands:
            command.kill()
            command.communicate()
        if self.process is not None:
            self.stop()

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql, parameters).fetchall()

    def get(self, path: str) -> tuple[int, str]:
        """Status and text; status 0 where nothing answers."""
        try:
            response = urllib3.request("GET", f"{self.portal}{path}", timeout=10, retries=False)
        except urllib3.exceptions.HTTPError:
            return 0, ""
        return response.status, response.data.decode()

    def is_ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def pid(self, program: str) -> int:
        """0 while it isn't running."""
        text = self._supervisorctl("pid", program)
        return int(text) if text.isdigit() else 0

    def firehose(self) -> str:
        """The address of Firehose's stand-in, whose port nobody chose."""
        environ = Path(f"/proc/{self.pid('firehose')}/environ").read_bytes().split(b"\0")
        port = next(one.decode().partition("=")[2] for one in environ if one.startswith(b"FIREHOSE_PORT="))
        return f"http://127.0.0.1:{port}"

    def kill(self, program: str) -> None:
        """kill -9, and wait until the supervisor has it up again."""
        killed = self.pid(program)
        assert killed, f"{program} is not running"
        os.kill(killed, signal.SIGKILL)
        until(lambda: self.pid(program) not in (0, killed), f"{program} is started again")
        until(lambda: "RUNNING" in self._supervisorctl("status", program), f"{program} stays up")

    def kill_launcher(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def kill_supervisor_and_launcher(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)  # so that it can't clear up after its supervisor
        os.kill(int((self.var_dir / "run" / "supervisor.pid").read_text()), signal.SIGKILL)
        self.kill_launcher()

    def processes(self) -> list[str]:
        """What belongs to it or works in its directory."""
        found = []
        for path in Path("/proc").iterdir():
            try:
                environ, cwd = (path / "environ").read_bytes(), os.readlink(path / "cwd")
            except OSError:
                continue
            if f"IDPORTAL_STACK={self.var_dir}".encode() in environ.split(b"\0") or cwd == f"{self.var_dir}/postgres":
                found.append(f"{path.name} {(path / 'cmdline').read_bytes()!r}")
        return found

    def _supervisorctl(self, *arguments: str) -> str:
        command = [str(Path(sys.executable).parent / "supervisorctl"), "-s", f"unix://{self.var_dir}/run/sv.sock"]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False).stdout.strip()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]
