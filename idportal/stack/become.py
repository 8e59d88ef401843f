"""Takes a program's name, becomes that program: what the supervisor runs. What a killed one left behind goes first."""

import os
import sys
from collections.abc import Callable

from idportal import embedded
from idportal.memory import bounded
from idportal.secrets import kept_secret
from idportal.stack import leftovers

STREAM = "idportal-events"
SOURCE_ARN = f"arn:aws:firehose:local:000000000000:deliverystream/{STREAM}"
THREADS = 8

Environment = dict[str, str]


def _portal(environ: Environment) -> list[str]:
    # Twice as many requests as threads are taken; the rest wait in the listening socket.
    return [
        "-m", "granian", "idportal.wsgi:application", "--interface", "wsgi", "--http", "1",
        "--host", environ.get("PORTAL_HOST", "127.0.0.1"), "--port", environ["PORT"],
        "--workers", "2", "--blocking-threads", str(THREADS), "--backpressure", str(2 * THREADS),
        "--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "15",
        "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip


def _worker(environ: Environment) -> list[str]:
    return [
        "-m", "celery", "--app", "idportal.celery", "worker", "--loglevel", "info",
        "--without-gossip", "--without-mingle", "--without-heartbeat", "--hostname", "worker@localhost",
    ]  # fmt: skip


def _beat(environ: Environment) -> list[str]:
    return ["-m", "celery", "--app", "idportal.celery", "beat", "--loglevel", "warning", "--pidfile="]


def _gateway(environ: Environment) -> list[str]:
    _forget_aws(environ)
    environ |= {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_FIREHOSE": f"http://127.0.0.1:{environ['FIREHOSE_PORT']}",
        "FIREHOSE_STREAM": STREAM,
        "REGISTRY_URL": f"http://127.0.0.1:{environ['PORT']}/ingest/v1/registry",
        "REGISTRY_TOKEN": environ.get("REGISTRY_TOKEN") or kept_secret(embedded.var_dir(), "registry_token"),
        "REGISTRY_SECONDS": environ.get("REGISTRY_SECONDS", "10"),
        "NO_PROXY": "127.0.0.1",
    }
    return ["-m", "lambdas.local.gateway"]


def _firehose(environ: Environment) -> list[str]:
    keys = environ.get("FIREHOSE_ACCESS_KEYS", "").split(",")
    environ |= {
        "FIREHOSE_STREAM": STREAM,
        "FIREHOSE_ENDPOINT_URL": environ.get("FIREHOSE_ENDPOINT_URL")
        or f"http://127.0.0.1:{environ['PORT']}/ingest/v1/deliveries",
        "FIREHOSE_ACCESS_KEY": keys[0].strip() or kept_secret(embedded.var_dir(), "firehose_access_key"),
        "FIREHOSE_SOURCE_ARN": environ.get("FIREHOSE_SOURCE_ARNS", "").split(",")[0].strip() or SOURCE_ARN,
    }
    return ["-m", "lambdas.local.firehose"]


def _forget_aws(environ: Environment) -> None:
    """A profile or an endpoint of the person's own must not decide where the local pipeline sends to."""
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]


COMMANDS: dict[str, Callable[[Environment], list[str]]] = {
    "portal": _portal,
    "worker": _worker,
    "beat": _beat,
    "gateway": _gateway,
    "firehose": _firehose,
}


def become(name: str) -> None:
    """Never returns. Raises EmbeddedError where the program can't be started."""
    leftovers.end_program(embedded.var_dir(), name)
    os.environ[leftovers.PROGRAM] = name
    if name in ("postgres", "valkey"):
        embedded.main(name)
    environ = bounded(os.environ)
    command = COMMANDS[name](environ)
    os.execve(sys.executable, [sys.executable, *command], environ)  # noqa: S606 - the command is ours


if __name__ == "__main__":
    try:
        become(sys.argv[1])
    except embedded.EmbeddedError as error:
        sys.exit(f"idportal: {error}")
