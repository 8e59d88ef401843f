"""Takes the files in `sql/`, gives the engine's functions in the database, and tells whether they differ.

One function or procedure a file, named like the file. Each is installed with the hash of its file as its
comment, so that what is installed can be compared with what is here.
"""

import hashlib
from pathlib import Path

from django.db import connections, transaction

SQL = Path(__file__).parent / "sql"
COMMENT = "idportal {digest}"
INSTALLED = """
    SELECT p.proname, obj_description(p.oid, 'pg_proc')
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND obj_description(p.oid, 'pg_proc') LIKE 'idportal %'
"""
DROP = """
    SELECT format('DROP ROUTINE %%s', p.oid::regprocedure)
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname = %s
"""
FIND = """
    SELECT format('COMMENT ON ROUTINE %%s IS %%L', p.oid::regprocedure, %s::text)
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname = %s
"""


def function_files() -> dict[str, str]:
    """Name of each function to the text of its file."""
    return {path.stem: path.read_text() for path in sorted(SQL.glob("*.sql"))}


def _comment(text: str) -> str:
    return COMMENT.format(digest=hashlib.sha256(text.encode()).hexdigest()[:16])


def differing_functions(*, using: str = "default") -> dict[str, str]:
    """Names of functions to "missing", "changed" or "left over"; empty when database and files agree."""
    with connections[using].cursor() as cursor:
        cursor.execute(INSTALLED)
        installed = dict(cursor.fetchall())
    wanted = {name: _comment(text) for name, text in function_files().items()}
    differences = dict.fromkeys(wanted.keys() - installed.keys(), "missing")
    differences |= dict.fromkeys(installed.keys() - wanted.keys(), "left over")
    both = wanted.keys() & installed.keys()
    return differences | {name: "changed" for name in both if wanted[name] != installed[name]}


def install_functions(*, using: str = "default") -> list[str]:
    """Bring the database's functions to what the files say, in one transaction; gives the names that changed."""
    differences = differing_functions(using=using)
    if not differences:
        return []
    files = function_files()
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")  # functions may name each other in any order
        for name in sorted(differences):
            cursor.execute(DROP, [name])
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
        for name in sorted(differences.keys() & files.keys()):
            cursor.execute(files[name])
            cursor.execute(FIND, [_comment(files[name]), name])
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
    return sorted(differences)
