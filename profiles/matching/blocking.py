"""Cleaned records → the keys of the blocking passes, and the rules that pair records with an equal key.

Two records are compared when any pass gives them the same key. A key that too many records share is dropped from its
pass, so that no pass costs more than its budget: what it would have found, another pass finds by a rarer key."""

import duckdb

PASSES = {
    "email": "email",
    "mailbox": "email_local",
    "phone": "phone",
    "phone_end": "phone_end || substr(given_initial, 1, 1)",
    "phone2": "coalesce(phone2, phone)",
    "name": "given || '|' || surname",
    "name_sound": "given_sound || '|' || surname_sound",
    "name_any_order": "CASE WHEN given < surname THEN given || '|' || surname ELSE surname || '|' || given END",
    "birth_surname": "dob || '|' || substr(surname_sound, 1, 2)",
    "birth_given": "dob || '|' || substr(given, 1, 2)",
    "birth": "dob",
    "birth_any_order": "substr(dob, 1, 4) || CASE WHEN substr(dob, 6, 2) < substr(dob, 9, 2) THEN substr(dob, 6, 2) || substr(dob, 9, 2) ELSE substr(dob, 9, 2) || substr(dob, 6, 2) END",
    "surname_year": "surname_sound || '|' || substr(dob, 1, 4)",
    "surname_day": "surname_sound || '|' || substr(dob, 6)",
    "given_year_month": "given_sound || '|' || substr(dob, 1, 7)",
    "given_birthday": "given_sound || '|' || substr(dob, 6)",
    "street": "street || '|' || coalesce(house, '') || '|' || coalesce(given_initial, '')",
    "house": "postcode || '|' || house || '|' || substr(street, 1, 3)",
    "postcode_given": "postcode || '|' || given_sound",
    "postcode_surname": "postcode || '|' || surname_sound",
    "city_surname": "city || '|' || surname_sound || '|' || coalesce(given_initial, '')",
    "city_given": "city || '|' || given_sound",
    "surname_initial": "surname_sound || '|' || given_initial",
    "short_name": "short_name || '|' || surname_sound",
    "company_given": "company || '|' || given_sound",
}
WHOLE_NAME = "least(given_sound, surname_sound) || '|' || greatest(given_sound, surname_sound)"
ALL_PAIRS = 1_500  # records; fewer are compared each with each
PAIRS_A_RECORD = 12


def blocking_rules(size: int, id_columns: list[str]) -> list[str]:
    if size <= ALL_PAIRS:
        return ["1 = 1"]
    names = [*PASSES, *id_columns]
    return [f"l.block_{name} = r.block_{name}" for name in names]


def add_blocks(connection: duckdb.DuckDBPyConnection, table: str, id_columns: list[str]) -> None:
    """Adds the columns block_… to the table."""
    size = int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
    passes = PASSES | {c: c for c in id_columns}
    made = ", ".join(f"{sql} AS block_{name}" for name, sql in passes.items())
    made += f", {WHOLE_NAME} AS whole_name, count(*) OVER (PARTITION BY {WHOLE_NAME}) AS name_bearers"
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT *, {made} FROM {table}")
    for name in passes:
        _drop_common_keys(connection, table, f"block_{name}", max(20_000, PAIRS_A_RECORD * size))


def _drop_common_keys(connection: duckdb.DuckDBPyConnection, table: str, column: str, budget: int) -> None:
    connection.execute(
        f"""
        UPDATE {table} SET {column} = NULL WHERE {column} IN (
            SELECT key FROM (
                SELECT {column} AS key, sum(count(*) * (count(*) - 1) / 2) OVER (ORDER BY count(*), {column}) AS pairs
                FROM {table} WHERE {column} IS NOT NULL GROUP BY {column})
            WHERE pairs > {budget})
        """
    )
