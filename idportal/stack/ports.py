"""Takes the environment, gives the ports that the stack listens on; one clear sentence for each that can't be had."""

import contextlib
import errno
import os
import socket
from pathlib import Path


class PortError(Exception):
    """The text says which port, and what to do."""


def asked_port(name: str, *, default: int) -> int:
    text = os.environ.get(name, "").strip() or str(default)
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise PortError(f"{name} is {text!r}: set it to a port from 1 to 65535")
    return int(text)


def check_free(name: str, host: str, port: int) -> None:
    if reason := _why_taken(host, port):
        raise PortError(f"port {port} can't be had ({reason}): set {name} to a free port")


def kept_port(path: Path) -> int:
    """The port in the file, where it is still free; else a new one, kept there."""
    with contextlib.suppress(OSError, ValueError):
        port = int(path.read_text())
        if not _why_taken("127.0.0.1", port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    path.write_text(str(port))
    return port


def _why_taken(host: str, port: int) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that a dead server had is free
        try:
            probe.bind((host, port))
        except OSError as error:
            return "another program listens there" if error.errno == errno.EADDRINUSE else str(error.strerror)
    return ""
