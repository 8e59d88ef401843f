"""Takes what events tell of a person, gives the columns that people are compared by: the one place that maps the names.

Trait names are those of our snippet's docs and of the usual trackers, in snake and in camel case; a dot goes into an
object (`address: {street: …}`). The first that says something counts.
"""

from collections.abc import Iterator, Mapping
from typing import Any

# Trait names are written in snake case here; each also counts in camel case.
COLUMNS: dict[str, list[str]] = {
    "title": ["title", "salutation"],
    "first_name": ["first_name", "given_name"],
    "middle_name": ["middle_name"],
    "last_name": ["last_name", "family_name", "surname"],
    "suffix": ["suffix", "name_suffix"],
    "full_name": ["name", "full_name"],
    "gender": ["gender", "sex"],
    "dob": ["birthday", "birth_date", "birthdate", "date_of_birth", "dob"],
    "street": ["address.street", "address.street_address", "address.address1", "address.line1", "street"],
    "unit": ["address.unit", "address.apartment", "address.address2", "address.line2", "unit"],
    "city": ["address.city", "address.town", "city", "town"],
    "postcode": ["address.postal_code", "address.postcode", "address.zip", "postal_code", "postcode", "zip"],
    "region": ["address.state", "address.region", "address.province", "state", "region"],
    "country": ["address.country", "address.country_code", "country", "country_code"],
    "address_line": ["address", "address.formatted", "address_line"],
    "company": ["company.name", "company", "organization"],
}
# Beside those: where the latest of them comes from, and the profile's identifiers.
FURTHER = ["source", "email", "phone", "phone2"]
ALL = ["record_id", *COLUMNS, *FURTHER]


def _spellings(path: str) -> Iterator[tuple[str, ...]]:
    names = tuple(path.split("."))
    yield names
    if "_" in path:
        yield tuple(
            first + "".join(part.capitalize() for part in rest) for first, *rest in (n.split("_") for n in names)
        )


PATHS: dict[str, list[tuple[str, ...]]] = {
    column: [spelling for path in paths for spelling in _spellings(path)] for column, paths in COLUMNS.items()
}
TRAITS = sorted({path[0] for paths in PATHS.values() for path in paths})


def columns_of(traits: Mapping[str, Any]) -> dict[str, str | None]:
    """The columns that traits give; null where none says anything."""
    return {
        column: next(filter(None, (_text(traits, path) for path in paths if path[0] in traits)), None)
        for column, paths in PATHS.items()
    }


def _text(traits: Mapping[str, Any], path: tuple[str, ...]) -> str | None:
    value: Any = traits
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None
