import pyarrow as pa
import pytest

from profiles.matching import read_by_source
from profiles.matching.dates import birth_date, swapped
from profiles.matching.emails import email_address
from profiles.matching.names import name_keys, person_name
from profiles.matching.phones import phone_digits


@pytest.mark.parametrize(
    "written",
    [
        "1978-12-11",
        "11.12.1978",
        "11/12/1978",
        "19781211",
        "11 Dec 1978",
        "Dec 11, 1978",
        "11-12-78",
        "11. Dezember 1978",
    ],
)
def test_eight_ways_to_write_a_birth_date_are_one(written: str) -> None:
    assert birth_date(written) == "1978-12-11"


def test_day_and_month_can_be_told_to_stand_the_other_way_round() -> None:
    assert birth_date("12/11/1978", True) == "1978-12-11"
    assert swapped("1978-12-11") == "1978-11-12"
    assert birth_date("1900-01-01") is None


@pytest.mark.parametrize(
    "written",
    ["5125121864", "+15125121864", "001 512 512 1864", "(512) 512-1864", "1-512-512-1864", "512.512.1864 ext. 2"],
)
def test_notations_of_a_phone_number_are_one(written: str) -> None:
    assert phone_digits(written) == "5125121864"


def test_placeholders_and_role_mailboxes_are_nobody() -> None:
    assert phone_digits("0000000000") is None
    assert email_address("info@shop.example") is None
    assert email_address("test@test.com") is None
    assert email_address("Ada <Ada.L+shop@Mail.example>") == "ada.l@mail.example"


def test_names_are_taken_apart_however_they_are_written() -> None:
    for name in (
        person_name(None, None, None, None, "Lovelace, Ada"),
        person_name(None, None, None, None, "Ms Ada Lovelace"),
        person_name("Ada", None, "Lovelace", None, None),
    ):
        assert (name.given, name.surname) == ("Ada", "Lovelace")
    assert person_name("David", None, "Dobbins Jr", None, None).suffix == "2"


@pytest.mark.parametrize(
    ("one", "two"), [("Bob", "Robert"), ("Дмитрий", "Dmitri"), ("Γιώργος", "Giorgos"), ("أحمد", "Ahmad")]
)
def test_short_forms_and_other_scripts_meet(one: str, two: str) -> None:
    assert set(name_keys(one, given=True)) & set(name_keys(two, given=True))


def test_a_source_tells_how_it_writes() -> None:
    records = pa.table({"record_id": ["1"], "source": ["crm"], "dob": ["03/04/1980"], "full_name": ["Wang Wei"]})
    read = read_by_source(records, {"crm": {"date_format": "MM/DD/YYYY", "name_style": "last_first"}}).to_pylist()[0]
    assert (read["dob"], read["full_name"]) == ("1980-03-04", "Wang, Wei")
