"""Takes nothing, gives the list of what runs on one machine, as a configuration for supervisord."""

import os
from dataclasses import dataclass

from idportal import embedded


@dataclass(frozen=True, kw_only=True)
class Program:
    """What the supervisor keeps running; it ends by `stop_signal`, or is killed after `stop_seconds`."""

    name: str
    stop_seconds: int
    stop_signal: str = "TERM"


# From the back to the front: they are started in this order, and stopped in the opposite one, so that what was
# accepted is carried on before the next hop goes away.
POSTGRES = Program(name="postgres", stop_seconds=60, stop_signal="INT")  # INT: without waiting for its clients
VALKEY = Program(name="valkey", stop_seconds=20)
PROGRAMS = (
    POSTGRES,
    VALKEY,
    Program(name="beat", stop_seconds=10),
    Program(name="worker", stop_seconds=20),
    Program(name="portal", stop_seconds=20),
    Program(name="firehose", stop_seconds=15),
    Program(name="gateway", stop_seconds=15),
)
SERVICES = (POSTGRES, VALKEY)
APPLICATION = tuple(program for program in PROGRAMS if program not in SERVICES)

# Paths come by the environment, where nothing needs to be escaped.
_SUPERVISORD = """
[supervisord]
nodaemon = true
silent = true
{user}
logfile = %(ENV_VAR_DIR)s/log/supervisor.log
logfile_maxbytes = 5MB
logfile_backups = 2
pidfile = %(ENV_VAR_DIR)s/run/supervisor.pid
childlogdir = %(ENV_VAR_DIR)s/log

[unix_http_server]
file = %(ENV_STACK_SOCKET)s
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

# The launcher starts them when their turn comes. A restart that fails is tried for ever, each time a second later.
_PROGRAM = """
[program:{name}]
command = %(ENV_STACK_PYTHON)s -m idportal.stack.become {name}
priority = {priority}
autostart = false
autorestart = true
startretries = 1000000
stopsignal = {stop_signal}
stopwaitsecs = {stop_seconds}
killasgroup = true
redirect_stderr = true
stdout_logfile = %(ENV_VAR_DIR)s/log/{name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
"""


def needed_services() -> list[Program]:
    """The services that no DATABASE_URL or REDIS_URL replaces."""
    needed = {POSTGRES: embedded.needs_postgres(), VALKEY: embedded.needs_valkey()}
    return [program for program in SERVICES if needed[program]]


def supervisor_configuration() -> str:
    sections = [
        _PROGRAM.format(
            name=program.name,
            priority=priority,
            stop_signal=program.stop_signal,
            stop_seconds=program.stop_seconds,
        )
        for priority, program in enumerate(PROGRAMS, start=1)
    ]
    # As root it asks whether that is meant; as anybody else the option may not be there.
    user = "user = root" if os.geteuid() == 0 else ""
    return "".join([_SUPERVISORD.replace("{user}", user), *sections])
