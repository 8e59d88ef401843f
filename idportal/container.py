"""Takes a word, becomes that part of the portal: the entry point of the image.

idportal portal|worker|beat    the services; they stop on TERM, having finished what they had begun
idportal migrate               makes the database ready, and the user admin with ADMIN_PASSWORD; then ends
idportal manage …              manage.py
idportal healthy portal|worker|beat    the health check
"""

import json
import os
import socket
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from idportal.given import database_url, redis_url
from idportal.memory import bounded

CELERY = ["-m", "celery", "--app", "idportal.celery"]
COMMANDS: Mapping[str, list[str]] = {
    "portal": [
        "-m", "granian", "idportal.wsgi:application", "--interface", "wsgi", "--http", "1", "--host", "0.0.0.0",  # noqa: S104
        "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--backpressure", "64",
        "--respawn-failed-workers", "--workers-kill-timeout", "100", "--log-level", "warning", "--no-access-log",
    ],
    "worker": [*CELERY, "worker", "--loglevel", "info", "--without-gossip", "--without-mingle"],
    "beat": [*CELERY, "beat", "--loglevel", "warning", "--pidfile=", "--schedule=/tmp/beat"],
    "migrate": ["-m", "idportal.stack.prepare"],
    "manage": ["manage.py"],
}  # fmt: skip


def main() -> None:
    words = sys.argv[1:] or ["portal"]
    if words[0] == "healthy":
        os.environ.update(addresses(os.environ))
        sys.exit(0 if is_healthy(words[1]) else 1)
    if words[0] not in COMMANDS:
        sys.exit(__doc__)
    environ = {**bounded(os.environ), **addresses(os.environ), "ALLOWED_HOSTS": ",".join(allowed_hosts(os.environ))}
    os.execve(sys.executable, [sys.executable, *COMMANDS[words[0]], *words[1:]], environ)  # noqa: S606


def addresses(environ: Mapping[str, str]) -> dict[str, str]:
    """Those that are given apart, as host, user and password; what is given whole stays."""
    made = {
        "DATABASE_URL": database_url(environ),
        "REDIS_URL": redis_url(environ, "BROKER"),
        "CACHE_URL": redis_url(environ, "CACHE"),
    }
    return {name: url for name, url in made.items() if url and not environ.get(name)}


def allowed_hosts(environ: Mapping[str, str]) -> list[str]:
    """Those given, and this task's own address: by that the load balancer asks how it is."""
    hosts = [host for host in environ.get("ALLOWED_HOSTS", "").split(",") if host]
    return [*hosts, "127.0.0.1", *own_addresses(environ.get("ECS_CONTAINER_METADATA_URI_V4", ""))]


def own_addresses(url: str) -> list[str]:
    if not url.startswith("http://"):
        return []
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - the container agent's
        told = json.load(answer)
    return [address for network in told.get("Networks", ()) for address in network.get("IPv4Addresses", ())]


def is_healthy(program: str) -> bool:
    """The portal answers; the worker answers through the broker; beat has written its schedule."""
    if program == "portal":
        with urllib.request.urlopen("http://127.0.0.1:8000/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    if program == "worker":
        from idportal.celery import app

        return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=10))
    return any(Path("/tmp").glob("beat*"))  # noqa: S108


if __name__ == "__main__":
    main()
