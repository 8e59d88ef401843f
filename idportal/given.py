"""Takes host, user and password apart, as a container is given them, gives the addresses that the settings know."""

from collections.abc import Mapping
from urllib.parse import quote


def database_url(environ: Mapping[str, str]) -> str:
    """Empty without DATABASE_HOST."""
    host = environ.get("DATABASE_HOST", "")
    if not host:
        return ""
    user, password = (quote(environ[f"DATABASE_{name}"], safe="") for name in ("USER", "PASSWORD"))
    return f"postgres://{user}:{password}@{host}:5432/{environ.get('DATABASE_NAME', 'idportal')}?sslmode=require"


def redis_url(environ: Mapping[str, str], name: str) -> str:
    """Over TLS, of the host NAME_HOST; empty without it. Broker and cache have one password."""
    host = environ.get(f"{name}_HOST", "")
    password = quote(environ.get("BROKER_PASSWORD", ""), safe="")
    return f"rediss://:{password}@{host}:6379/0?ssl_cert_reqs=required" if host else ""
