"""`make run`: what it says, what it refuses, and that it leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from idportal.memory import BOUNDS, bounded
from tests.stack.running import ROOT, Stack, free_port, until


def log_in(stack: Stack, password: str) -> str:
    """Where the log-in form leads to."""
    jar = CookieJar()
    browser: OpenerDirector = build_opener(HTTPCookieProcessor(jar))
    page = browser.open(f"{stack.portal}/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    form = {"username": "admin", "password": password, "csrfmiddlewaretoken": token[1]}
    return str(browser.open(f"{stack.portal}/login/", urlencode(form).encode()).url)


def test_the_screen_has_what_a_new_user_needs(stack: Stack) -> None:
    screen = stack.output()
    password = re.search(r"admin, password (\S+)", screen)

    assert f"{stack.portal}/" in screen
    assert stack.collect in screen
    assert f"{stack.portal}/demo/shop/" in screen
    assert password
    assert log_in(stack, password[1]) == f"{stack.portal}/"


def test_the_administrator_has_the_role_and_no_more_than_it(stack: Stack) -> None:
    rows = stack.query(
        "SELECT g.name, u.is_superuser, u.is_staff FROM users u"
        " JOIN users_groups ug ON ug.user_id = u.id JOIN auth_group g ON g.id = ug.group_id WHERE username = 'admin'"
    )

    assert rows == [("administrator", False, False)]


def test_what_the_portal_frees_goes_back_to_the_system_unless_somebody_says_otherwise(stack: Stack) -> None:
    environ = Path(f"/proc/{stack.pid('portal')}/environ").read_bytes().split(b"\0")
    assert {f"{name}={value}".encode() for name, value in BOUNDS.items()} <= set(environ)
    assert bounded({"MALLOC_ARENA_MAX": "8"}) == {**BOUNDS, "MALLOC_ARENA_MAX": "8"}


def test_a_second_one_on_the_same_state_is_refused(stack: Stack) -> None:
    second = Stack(stack.var_dir)
    second.output_path = stack.output_path.with_suffix(".second")

    assert re.fullmatch(r"idportal: it runs already on .*", second.fails())
    assert stack.is_ready()


def test_commands_work_while_it_is_up(stack: Stack) -> None:
    made = stack.manage("create_source", "While up", "--json")

    assert made.returncode == 0, made.stderr
    assert stack.query("SELECT count(*) FROM sources WHERE name = 'While up'") == [(1,)]
    assert stack.is_ready()


def test_a_copy_beside_it_has_its_own_state(stack: Stack, new_stack: Stack) -> None:
    new_stack.start()
    new_stack.manage("create_source", "Only beside")

    assert new_stack.query("SELECT count(*) FROM sources WHERE name = 'Only beside'") == [(1,)]
    assert stack.query("SELECT count(*) FROM sources WHERE name = 'Only beside'") == [(0,)]
    assert new_stack.stop() == 0
    assert stack.is_ready()


def test_a_taken_port_is_named(new_stack: Stack) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        for name in ("PORT", "COLLECT_PORT"):
            new_stack.environ[name] = str(taken)
            assert new_stack.fails() == (
                f"idportal: port {taken} can't be had (another program listens there): set {name} to a free port"
            )
            new_stack.environ[name] = str(free_port())


def test_ports_that_are_none_or_the_same_are_refused(new_stack: Stack) -> None:
    new_stack.environ["PORT"] = "eighty"
    assert new_stack.fails() == "idportal: PORT is 'eighty': set it to a port from 1 to 65535"

    new_stack.environ["PORT"] = new_stack.environ["COLLECT_PORT"]
    assert "set them to two ports" in new_stack.fails()


def test_a_place_that_cannot_be_written_is_named(new_stack: Stack) -> None:
    new_stack.environ["VAR_DIR"] = "/dev/null/var"

    assert new_stack.fails() == "idportal: can't write to /dev/null/var (Not a directory): set VAR_DIR to another place"


def test_an_unreachable_database_or_broker_is_named(new_stack: Stack) -> None:
    nowhere = free_port()
    new_stack.environ["DATABASE_URL"] = f"postgresql://ada:secret@127.0.0.1:{nowhere}/idportal"
    told = new_stack.fails()
    assert "idportal: the database can't be reached, see DATABASE_URL" in told
    assert "secret" not in told
    assert "Traceback" not in told
    del new_stack.environ["DATABASE_URL"]

    new_stack.environ["REDIS_URL"] = f"redis://127.0.0.1:{nowhere}/0"
    assert "idportal: Valkey or Redis can't be reached, see REDIS_URL" in new_stack.fails()
    assert new_stack.processes() == []


def test_another_kind_of_database_is_refused(new_stack: Stack) -> None:
    new_stack.environ["DATABASE_URL"] = "sqlite:///file.db"

    assert "DATABASE_URL names a sqlite database: PostgreSQL 16 is needed" in new_stack.fails()


def test_ctrl_c_leaves_nothing_behind_and_keeps_the_state(new_stack: Stack) -> None:
    new_stack.environ["ADMIN_PASSWORD"] = "first-password-of-ada"
    new_stack.start()
    assert "first-password-of-ada" not in new_stack.output()
    assert log_in(new_stack, "first-password-of-ada") == f"{new_stack.portal}/"
    new_stack.manage("create_source", "Before the stop")

    assert new_stack.stop(signal.SIGINT) == 0
    assert new_stack.processes() == []
    while_down = new_stack.manage("create_source", "While down")
    assert while_down.returncode == 0, while_down.stderr
    assert new_stack.processes() == []

    new_stack.environ["ADMIN_PASSWORD"] = "second-password-of-ada"
    new_stack.start()
    names = {name for (name,) in new_stack.query("SELECT name FROM sources")}
    assert {"Before the stop", "While down"} <= names
    assert log_in(new_stack, "second-password-of-ada") == f"{new_stack.portal}/"
    changed = "from django.contrib.auth import get_user_model as m; u = m().objects.get(username='admin');"
    new_stack.manage("shell", "-c", changed + " u.set_password('third-password-of-ada'); u.save()")
    assert new_stack.stop(signal.SIGTERM) == 0

    new_stack.start()  # as after a crash: the password that she changed since stands
    assert log_in(new_stack, "third-password-of-ada") == f"{new_stack.portal}/"
    assert new_stack.stop(signal.SIGTERM) == 0
    assert new_stack.processes() == []


def test_it_waits_for_nobody_who_uses_the_database_but_says_so(new_stack: Stack) -> None:
    command = new_stack.manage_in_background("shell", "-c", "print('in', flush=True); import time; time.sleep(60)")
    try:
        assert command.stdout
        until(lambda: command.stdout and "in" in command.stdout.readline(), "the command has begun")
        assert "another command (manage.py) uses the embedded database" in new_stack.fails()
    finally:
        command.terminate()
        command.wait(30)
    assert new_stack.processes() == [], "a command that is stopped stops what it started"


def test_what_a_killed_launcher_and_a_killed_supervisor_left_is_cleared_away(new_stack: Stack) -> None:
    new_stack.start()
    new_stack.kill_launcher()

    new_stack.start()
    assert new_stack.is_ready()
    new_stack.kill_supervisor_and_launcher()
    assert new_stack.processes()

    new_stack.start()
    assert new_stack.is_ready()
    assert new_stack.stop() == 0
    assert new_stack.processes() == []


def test_help_lists_the_targets() -> None:
    told = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert all(f"make {target} " in told for target in ("run", "demo", "test", "lint", "clean"))


def test_an_old_python_is_refused_with_a_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text(f'#!/bin/sh\ncase "$2" in *version_info*) exit 1;; *) exec {sys.executable} "$@";; esac\n')
    old.chmod(0o755)
    (tmp_path / "requirements.lock").write_text("")

    refused = subprocess.run([str(ROOT / ".ci" / "venv"), "requirements.lock"], cwd=tmp_path, check=False,
                             capture_output=True, text=True, env=os.environ | {"PYTHON": str(old)})  # fmt: skip

    assert refused.returncode == 1
    assert refused.stderr.startswith("idportal: Python 3.11 or newer is needed")
    assert not (tmp_path / ".venv").exists()
