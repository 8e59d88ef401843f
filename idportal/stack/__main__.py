"""Takes a command line, gives a running stack until Ctrl-C."""

import signal
import sys
from typing import NoReturn

from idportal.embedded import EmbeddedError
from idportal.stack.launcher import LaunchError, StopAsked, run, say
from idportal.stack.ports import PortError
from idportal.stack.supervisor import SupervisorError


def main() -> None:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _stop)
    try:
        run()
    except StopAsked:
        say("Stopped.")
    except (EmbeddedError, PortError, SupervisorError, LaunchError) as error:
        sys.exit(f"idportal: {error}")


def _stop(*_: object) -> NoReturn:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    raise StopAsked


if __name__ == "__main__":
    main()
