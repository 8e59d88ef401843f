"""Takes what was started, gives the one screen that a person sees."""

import os
from dataclasses import dataclass

from idportal import embedded

_SCREEN = """
idportal is up ({seconds:.1f} s).

  Portal        {portal_url}/
  Log in as     {log_in}
  Collect API   http://127.0.0.1:{collect}/v1/events
  Demo shop     {portal_url}/demo/shop/

  What to do next
    1. Open the demo shop, look around, then sign up: your visits become a profile in the portal.
    2. In the portal, create a source and copy its snippet into the pages of your own site.
    3. In another terminal, make demo streams a crowd of made-up people through the front door.

  Everything is kept in {var_dir}, logs in {var_dir}/log.
  Ctrl-C stops it all and loses nothing."""


@dataclass(frozen=True, kw_only=True)
class Administrator:
    name: str
    password: str  # empty when it was told before


def screen(*, portal: int, collect: int, administrator: Administrator, seconds: float) -> str:
    return _SCREEN.format(
        seconds=seconds,
        portal_url=f"http://127.0.0.1:{portal}",
        collect=collect,
        log_in=f"{administrator.name}, {_password(administrator)}",
        var_dir=_short(str(embedded.var_dir())),
    )


def _password(administrator: Administrator) -> str:
    if administrator.password:
        return f"password {administrator.password}   (shown only this once: keep it)"
    if os.environ.get("ADMIN_PASSWORD"):
        return "with the password of ADMIN_PASSWORD"
    return "with the password shown at the first start (a new one: ADMIN_PASSWORD=… make run)"


def _short(path: str) -> str:
    here = os.getcwd() + "/"
    return path.removeprefix(here)
