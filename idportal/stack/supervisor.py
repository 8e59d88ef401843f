"""Takes the list of programs, gives a supervisord that keeps them running, and a way to ask it."""

import ctypes
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from pathlib import Path
from typing import Any

from idportal import embedded
from idportal.stack import leftovers
from idportal.stack.programs import PROGRAMS, Program, supervisor_configuration

START_SECONDS = 15
ANSWER_SECONDS = 10
POLL_SECONDS = 0.05
STOP_SECONDS = sum(program.stop_seconds for program in PROGRAMS) + 10
PR_SET_PDEATHSIG = 1


class SupervisorError(Exception):
    """The supervisor can't do what it was asked; the text says why."""


def socket_path() -> str:
    return f"{embedded.socket_dir()}/sv.sock"  # short: the name that supervisord binds first has its pid behind it


class Supervisor:
    """A running supervisord, our child."""

    def __init__(self, environ: dict[str, str]) -> None:
        var_dir = embedded.var_dir()
        configuration = var_dir / "run" / "supervisord.conf"
        configuration.write_text(supervisor_configuration())
        environ = environ | {
            leftovers.STACK: str(var_dir),
            "STACK_PYTHON": _quoted(sys.executable),
            "STACK_SOCKET": socket_path(),
        }
        with (var_dir / "log" / "supervisor.out").open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "idportal.stack.supervisor", "--configuration", str(configuration)],
                env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                out = (embedded.var_dir() / "log" / "supervisor.out").read_text(errors="replace").strip()
                raise SupervisorError(f"the supervisor did not start: {out or 'see var/log/supervisor.log'}")
            time.sleep(POLL_SECONDS)

    def start(self, program: Program) -> None:
        ask("startProcess", program.name, False)

    def states(self) -> dict[str, str]:
        """STARTING, RUNNING, BACKOFF (it ended too early and is tried again) and so on, by program."""
        try:
            return {info["name"]: info["statename"] for info in ask("getAllProcessInfo")}
        except OSError as error:
            raise SupervisorError(f"the supervisor does not answer: see {embedded.var_dir()}/log") from error

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Stop everything, front door first; return when all are gone."""
        if self.is_alive():
            self.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self.is_alive() and time.monotonic() < deadline:
            answers()  # a call wakes its loop, which looks after one program a turn, and turns once a second otherwise
            time.sleep(POLL_SECONDS)
        if self.is_alive():
            self.process.kill()
            self.process.wait()


def ask(method: str, *args: object) -> Any:
    """Call the supervisor; raises OSError when it isn't there, xmlrpc.client.Fault when it refuses."""
    from supervisor.xmlrpc import SupervisorTransport

    socket.setdefaulttimeout(ANSWER_SECONDS)  # the transport has no other way
    # A connection for each call: the transport can't recover one that was refused.
    transport = SupervisorTransport(None, None, f"unix://{socket_path()}")
    with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
        return getattr(proxy.supervisor, method)(*args)


def answers() -> bool:
    try:
        return bool(ask("getState")["statename"] == "RUNNING")
    except (OSError, xmlrpc.client.Error):
        return False


def end_leftover() -> None:
    """Stop the supervisor whose launcher was killed, in order; wait until it is gone."""
    deadline = time.monotonic() + STOP_SECONDS
    try:
        ask("shutdown")
    except OSError:
        return
    except xmlrpc.client.Fault:  # it is on its way out already
        pass
    while Path(socket_path()).exists() and time.monotonic() < deadline:
        answers()
        time.sleep(POLL_SECONDS)


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(configuration: str) -> None:
    """Become supervisord; when our launcher dies, so do we, by a signal that stops everything in order."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    from supervisor.supervisord import main as supervisord

    supervisord(["--configuration", configuration])


if __name__ == "__main__":
    main(sys.argv[-1])
