"""What is compared, in levels from the same to different: the settings an engineer reads and changes.

Each level has the share of true pairs expected in it before any data is seen (`m`), and words for the waterfall.
The SQL is what DuckDB and Spark have in common, but for the names of two functions, so one settings object serves both."""

from dataclasses import dataclass

from splink import SettingsCreator


@dataclass(frozen=True)
class Level:
    sql: str
    words: str
    m: float
    tf: str | None = None


@dataclass(frozen=True)
class Comparison:
    field: str
    null: str
    levels: tuple[Level, ...]  # the last one is “else”


def _either_null(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _same(column: str) -> str:
    return f"{column}_l = {column}_r"


def _jw(column: str, least: float) -> str:
    return f"{{jaro_winkler}}({column}_l, {column}_r) >= {least}"


def _lev(column: str, most: int, *, length: int = 0) -> str:
    return f"levenshtein({column}_l, {column}_r) <= {most} AND length({column}_l) >= {length} AND length({column}_r) >= {length}"


def _across(left: str, right: str, least: float) -> str:
    return f"{{jaro_winkler}}({left}_l, {right}_r) >= {least}"


_SAME_PLACE = "(postcode_l = postcode_r OR city_l = city_r OR ((postcode_l IS NULL OR postcode_r IS NULL) AND (city_l IS NULL OR city_r IS NULL)))"
_SAME_HOUSE = "coalesce(house_l, '') = coalesce(house_r, '')"
_MONTHS = "(12 * (CAST(substr(dob_l, 1, 4) AS INTEGER) - CAST(substr(dob_r, 1, 4) AS INTEGER)) + CAST(substr(dob_l, 6, 2) AS INTEGER) - CAST(substr(dob_r, 6, 2) AS INTEGER))"
_PARTED = "(whole_l = whole_r AND (given_l <> given_r OR surname_l <> surname_r))"
_SWAPPED = f"({_across('given', 'surname', 0.9)} AND {_across('surname', 'given', 0.9)} OR {_PARTED})"

GIVEN = Comparison(
    "given name",
    _either_null("given"),
    (
        Level(_same("given"), "same given name", 0.70, "given"),
        Level(
            "{arrays_meet}(given_keys_l, given_keys_r)", "given names are short forms or spellings of each other", 0.10
        ),
        Level(f"{_jw('given', 0.9)} OR {_lev('given', 1, length=4)}", "given names differ by a typo", 0.08),
        Level(
            "(length(given_l) = 1 OR length(given_r) = 1) AND given_initial_l = given_initial_r",
            "the initial fits",
            0.05,
        ),
        Level(_SWAPPED, "given name and surname swapped, or parted otherwise", 0.02),
        Level(_jw("given", 0.75), "given names resemble each other", 0.03),
        Level("ELSE", "different given names", 0.02),
    ),
)
SURNAME = Comparison(
    "surname",
    f"{_either_null('surname')} OR {_SWAPPED}",  # told with the given name: one coincidence is not two
    (
        Level(_same("surname"), "same surname", 0.78, "surname"),
        Level("{arrays_meet}(surname_keys_l, surname_keys_r)", "surnames share a part or a sound", 0.06),
        Level(f"{_jw('surname', 0.9)} OR {_lev('surname', 1, length=4)}", "surnames differ by a typo", 0.06),
        Level(_jw("surname", 0.75), "surnames resemble each other", 0.02),
        Level("ELSE", "different surnames", 0.06),
    ),
)
MIDDLE = Comparison(
    "middle name",
    _either_null("middle"),
    (
        Level(_same("middle"), "same middle name", 0.7),
        Level(
            "(length(middle_l) = 1 OR length(middle_r) = 1) AND substr(middle_l, 1, 1) = substr(middle_r, 1, 1)"
            f" OR {_jw('middle', 0.9)} OR substr(middle_l, 1, length(middle_r)) = middle_r"
            " OR substr(middle_r, 1, length(middle_l)) = middle_l",
            "middle initial fits, or a typo",
            0.2,
        ),
        Level("ELSE", "different middle names", 0.1),
    ),
)
SUFFIX = Comparison(
    "generation",
    _either_null("suffix"),
    (Level(_same("suffix"), "same generation", 0.97), Level("ELSE", "senior and junior", 0.03)),
)
GENDER = Comparison(
    "gender",
    _either_null("gender"),
    (Level(_same("gender"), "same gender", 0.97), Level("ELSE", "different gender", 0.03)),
)
DOB = Comparison(
    "birth date",
    _either_null("dob"),
    (
        Level(_same("dob"), "same birth date", 0.80, "dob"),
        Level("dob_l = dob_swapped_r", "day and month swapped", 0.04),
        Level(_lev("dob", 1), "birth dates differ in one digit", 0.07),
        Level(
            "substr(dob_l, 1, 7) = substr(dob_r, 1, 7) OR substr(dob_l, 5, 6) = substr(dob_r, 5, 6)"
            " OR (substr(dob_l, 1, 4) = substr(dob_r, 1, 4) AND substr(dob_l, 9, 2) = substr(dob_r, 9, 2)) OR levenshtein(dob_l, dob_r) <= 2",
            "two parts of the birth date agree",
            0.05,
        ),
        Level(f"abs({_MONTHS}) <= 1", "birth dates a few weeks apart", 0.01),
        Level(f"abs({_MONTHS}) < 150", "birth dates less than a generation apart", 0.01),
        Level("ELSE", "different birth dates", 0.02),
    ),
)
EMAIL = Comparison(
    "e-mail",
    _either_null("email"),
    (
        Level(_same("email"), "same e-mail", 0.55, "email"),
        Level(
            "email_local_l = email_local_r AND email_number_l = email_number_r",
            "same mailbox name and number at another provider",
            0.06,
        ),
        Level("email_local_l = email_local_r", "same mailbox name at another provider", 0.06),
        Level(f"{_lev('email', 2, length=8)} OR {_jw('email', 0.95)}", "e-mails differ by a typo", 0.10),
        Level(_jw("email_local", 0.88), "mailbox names resemble each other", 0.05),
        Level("ELSE", "different e-mails", 0.20),
    ),
)
PHONE = Comparison(
    "phone",
    _either_null("phone"),
    (
        Level(_same("phone"), "same phone", 0.5, "phone"),
        Level("phone_l = phone2_r OR phone2_l = phone_r OR phone2_l = phone2_r", "same second phone", 0.06),
        Level("phone_end_l = phone_end_r", "phones end alike", 0.04),
        Level("levenshtein(phone_l, phone_r) <= 1", "phones differ in one digit", 0.05),
        Level("ELSE", "different phones", 0.35),
    ),
)
ADDRESS = Comparison(
    "address",
    "(street_l IS NULL OR street_r IS NULL) AND (postcode_l IS NULL OR postcode_r IS NULL) AND (city_l IS NULL OR city_r IS NULL)",
    (
        Level(f"street_l = street_r AND {_SAME_HOUSE} AND {_SAME_PLACE}", "same address", 0.50),
        Level(f"{_jw('street', 0.85)} AND {_SAME_PLACE}", "almost the same street, same place", 0.10),
        Level(
            f"street_l = street_r AND house_l = house_r OR {_jw('street', 0.92)} AND house_l = house_r",
            "same street and number",
            0.04,
        ),
        Level(_same("postcode"), "same postcode", 0.06, "postcode"),
        Level(_same("city"), "same city", 0.10, "city"),
        Level(f"levenshtein(postcode_l, postcode_r) <= 1 OR {_jw('city', 0.88)}", "almost the same place", 0.03),
        Level("ELSE", "different places", 0.17),
    ),
)
COMPANY = Comparison(
    "company",
    _either_null("company"),
    (
        Level(_same("company"), "same company", 0.5, "company"),
        Level(_jw("company", 0.9), "similar company", 0.1),
        Level("ELSE", "different companies", 0.4),
    ),
)
FUNCTIONS = {
    "duckdb": {"{jaro_winkler}": "jaro_winkler_similarity", "{arrays_meet}": "list_has_any"},
    "spark": {"{jaro_winkler}": "jaro_winkler", "{arrays_meet}": "arrays_overlap"},
}
PEOPLE = (GIVEN, SURNAME, MIDDLE, SUFFIX, GENDER, DOB, EMAIL, PHONE, ADDRESS, COMPANY)


def identifier(column: str) -> Comparison:
    kind = column.removeprefix("id_").replace("_", " ")
    return Comparison(
        kind,
        _either_null(column),
        (
            Level(_same(column), f"same {kind}", 0.70, column),
            Level(_lev(column, 1, length=6), f"{kind} differs by a typo", 0.10),
            Level("ELSE", f"different {kind}", 0.20),
        ),
    )


def comparisons(id_columns: list[str]) -> tuple[Comparison, ...]:
    return (*PEOPLE, *(identifier(c) for c in id_columns))


def settings(
    compared: tuple[Comparison, ...],
    blocking_rules: list[str],
    m: list[list[float]],
    u: list[list[float]],
    prior: float,
    *,
    backend: str = "duckdb",
) -> SettingsCreator:
    """The Splink settings; valid for the DuckDB backend and for the Spark backend."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="number",
        probability_two_random_records_match=prior,
        comparisons=[_splink(c, i, m[i], u[i], FUNCTIONS[backend]) for i, c in enumerate(compared)],
        blocking_rules_to_generate_predictions=[{"blocking_rule": rule} for rule in blocking_rules],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def _splink(
    comparison: Comparison, index: int, m: list[float], u: list[float], functions: dict[str, str]
) -> dict[str, object]:
    levels: list[dict[str, object]] = [
        {"sql_condition": _in(functions, comparison.null), "label_for_charts": "missing", "is_null_level": True}
    ]
    for level, m_level, u_level in zip(comparison.levels, m, u, strict=True):
        sql = _in(functions, level.sql)
        made: dict[str, object] = {
            "sql_condition": sql, "label_for_charts": level.words, "m_probability": m_level, "u_probability": u_level,
        }  # fmt: skip
        if level.tf:
            made |= {"tf_adjustment_column": level.tf, "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 1e-7}
        levels.append(made)
    return {"output_column_name": f"c{index}", "comparison_description": comparison.field, "comparison_levels": levels}


def _in(functions: dict[str, str], sql: str) -> str:
    for placeholder, function in functions.items():
        sql = sql.replace(placeholder, function)
    return sql
