"""Takes a name, gives the secret kept under VAR_DIR for it, made the first time it is asked for.

Only for a laptop: in production each secret comes from the environment.
"""

import contextlib
import os
import secrets
from pathlib import Path


def kept_secret(var_dir: Path, name: str) -> str:
    """Read `VAR_DIR/secrets/NAME`, readable by its owner alone; processes that race make one."""
    path = var_dir / "secrets" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # atomic, and never replaces what another process has written
        draft.unlink()
    return path.read_text()
