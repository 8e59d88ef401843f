"""Takes the environment, gives the whole pipeline, up and answering, until it is asked to stop.

The order: locks, what a killed launcher left, ports, supervisor, services, database, application, screen.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from idportal import embedded
from idportal.stack import leftovers, supervisor
from idportal.stack.ports import PortError, asked_port, check_free, kept_port
from idportal.stack.programs import APPLICATION, PROGRAMS, needed_services
from idportal.stack.screen import Administrator, screen
from idportal.stack.supervisor import Supervisor

BASE_DIR = Path(__file__).parent.parent.parent
PREPARE_SECONDS = 600  # a crash recovery or a migration may take its time
ANSWER_SECONDS = 90
POLL_SECONDS = 0.1


class StopAsked(BaseException):
    """A signal to stop has come."""


class LaunchError(Exception):
    """The stack can't be had; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    portal: int
    collect: int
    firehose: int


def run() -> None:
    """Return never: raises StopAsked when a signal came and everything has stopped."""
    began = time.monotonic()
    os.chdir(BASE_DIR)
    embedded.make_directories()
    with contextlib.ExitStack() as held:
        with embedded.locked("start.lock", fcntl.LOCK_EX):
            _hold_stack(held)
            _clean_up()
            ports = _ports()
            running = held.enter_context(_supervisor(ports))
            administrator = _start(running, ports)
        say(screen(portal=ports.portal, collect=ports.collect, administrator=administrator,
                    seconds=time.monotonic() - began))  # fmt: skip
        running.process.wait()
        raise LaunchError(f"the supervisor has ended unexpectedly: see {embedded.var_dir()}/log/supervisor.log")


def _hold_stack(held: contextlib.ExitStack) -> None:
    descriptor = embedded.try_lock("stack.lock")
    if descriptor is None:
        raise LaunchError(
            f"it runs already on {embedded.var_dir()}: stop that one first, or set VAR_DIR, PORT and COLLECT_PORT "
            "for a second copy"
        )
    held.callback(os.close, descriptor)


def _clean_up() -> None:
    supervisor.end_leftover()
    leftovers.end_stack(embedded.var_dir())
    if embedded.in_use():
        raise LaunchError("another command (manage.py) uses the embedded database: wait until it has finished")
    embedded.stop_services()


def _ports() -> Ports:
    portal, collect = asked_port("PORT", default=8000), asked_port("COLLECT_PORT", default=8001)
    if portal == collect:
        raise PortError(f"PORT and COLLECT_PORT are both {portal}: set them to two ports")
    check_free("PORT", os.environ.get("PORTAL_HOST") or "127.0.0.1", portal)
    check_free("COLLECT_PORT", os.environ.get("COLLECT_HOST") or "127.0.0.1", collect)
    return Ports(portal=portal, collect=collect, firehose=kept_port(embedded.var_dir() / "firehose_port"))


def _environ(ports: Ports) -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if name != "ADMIN_PASSWORD"}
    if hosts := environ.get("ALLOWED_HOSTS"):  # the stack's own programs come by this one
        environ["ALLOWED_HOSTS"] = f"{hosts},127.0.0.1"
    return environ | {
        "VAR_DIR": str(embedded.var_dir()),
        "PORT": str(ports.portal),
        "COLLECT_PORT": str(ports.collect),
        "FIREHOSE_PORT": str(ports.firehose),
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def _supervisor(ports: Ports) -> Iterator[Supervisor]:
    """Whatever happens inside, nothing of it runs afterwards."""
    embedded.prepare()
    running = Supervisor(_environ(ports))
    try:
        yield running
    except StopAsked:
        say("\nStopping, front door first: this takes a few seconds …")
        raise
    finally:
        running.stop()
        leftovers.end_stack(embedded.var_dir())
        embedded.stop_services()


def _start(running: Supervisor, ports: Ports) -> Administrator:
    running.wait_until_up()
    for program in needed_services():
        running.start(program)
    administrator = _prepare(running)
    try:
        for program in APPLICATION:
            running.start(program)
        _wait_until_answering(running, ports)
    except BaseException:
        if administrator.password:
            say(f"The administrator was made nevertheless: {administrator.name}, password {administrator.password}")
        raise
    return administrator


def _prepare(running: Supervisor) -> Administrator:
    log = embedded.var_dir() / "log" / "prepare.log"
    environ = os.environ | {"VAR_DIR": str(embedded.var_dir()), leftovers.STACK: str(embedded.var_dir())}
    deadline = time.monotonic() + PREPARE_SECONDS
    with log.open("wb") as errors, subprocess.Popen(
        [sys.executable, "-m", "idportal.stack.prepare"],
        env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, start_new_session=True, text=True,
    ) as process:  # fmt: skip
        try:
            while process.poll() is None and time.monotonic() < deadline:
                _refuse_failed(running)
                time.sleep(POLL_SECONDS)
        finally:
            process.kill()
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise LaunchError(_reason(log))
    told = json.loads(output.splitlines()[-1])
    return Administrator(name=told["administrator"], password=told["password"])


def _reason(log: Path) -> str:
    """What went wrong: a sentence where it was foreseen, the last line of the traceback otherwise."""
    text = log.read_text(errors="replace").strip()
    if "Traceback (most recent call last)" not in text:
        return text or "the database could not be prepared"
    return f"the database could not be prepared: {text.splitlines()[-1]} (see {log})"


def _refuse_failed(running: Supervisor) -> None:
    if not running.is_alive():
        raise LaunchError(f"the supervisor has ended: see {embedded.var_dir()}/log/supervisor.log")
    states = running.states()
    for program in PROGRAMS:
        if states[program.name] in ("BACKOFF", "FATAL"):
            raise LaunchError(f"{program.name} does not start.{embedded.log_tail(program.name)}")


def _wait_until_answering(running: Supervisor, ports: Ports) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    waiting = {
        "portal": f"http://127.0.0.1:{ports.portal}/readyz",
        "gateway": f"http://127.0.0.1:{ports.collect}/healthz",
        "firehose": f"http://127.0.0.1:{ports.firehose}/healthz",
    }
    while waiting or not _all_running(running):
        _refuse_failed(running)
        answers = {name: _problem(url) for name, url in waiting.items()}
        waiting = {name: url for name, url in waiting.items() if answers[name]}
        if time.monotonic() > deadline:
            told = ", ".join(f"{name}: {problem}" for name, problem in answers.items()) or "a program keeps ending"
            raise LaunchError(f"it did not answer within {ANSWER_SECONDS} s ({told}): see {embedded.var_dir()}/log")
        time.sleep(POLL_SECONDS)


def _all_running(running: Supervisor) -> bool:
    states = running.states()
    return all(states[program.name] == "RUNNING" for program in APPLICATION)


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by way of a proxy


def _problem(url: str) -> str:
    try:
        with _direct.open(url, timeout=5):
            return ""
    except urllib.error.HTTPError as error:
        return f"status {error.code} {error.read(500).decode(errors='replace')}".strip()
    except (OSError, ValueError) as error:
        return str(error)


def say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(text, flush=True)
