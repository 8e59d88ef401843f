"""Takes the machine, gives the Chromium on it and how to start it; one sentence where there is none."""

import os
import shutil

CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root and in containers there is no sandbox, little shared memory and no graphics card.
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")


def chromium() -> str:
    """BROWSER_PATH, or the first that is installed. Raises FileNotFoundError."""
    named = os.environ.get("BROWSER_PATH")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not found:
        missing = f"BROWSER_PATH is {named!r}, which is no program" if named else "there is no Chromium on this machine"
        raise FileNotFoundError(
            f"{missing}: install one (Debian: apt-get install chromium-headless-shell) or set BROWSER_PATH"
        )
    return found
