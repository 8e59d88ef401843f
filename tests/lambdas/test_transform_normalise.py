"""The one normaliser: what is the same person's value, and what is nobody's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.transform.normalise import (
    Normalised,
    Unusable,
    normalise_identifier,
    phone_country,
    search_candidates,
)


def value_of(kind: str, value: object, region: str = "") -> str:
    return normalise_identifier(kind, value, region=region).value


def reason_for(kind: str, value: object, region: str = "") -> str:
    with pytest.raises(Unusable) as no:
        normalise_identifier(kind, value, region=region)
    return no.value.reason


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("  ada@example.com\n", "ada@example.com"),
        ("ada\u200b@example.com", "ada@example.com"),
        ("Ada Lovelace <Ada@example.com>", "ada@example.com"),
        ("ada@MÜNCHEN.de", "ada@xn--mnchen-3ya.de"),
        ("ada@xn--mnchen-3ya.de", "ada@xn--mnchen-3ya.de"),
        ("ada@office.local", "ada@office.local"),
        ("ada@shop.test", "ada@shop.test"),
        ("a.d.a+shop@gmail.com", "a.d.a+shop@gmail.com"),
    ],
)
def test_one_email_address_has_one_form(written: str, meant: str) -> None:
    assert value_of("email", written) == meant


@pytest.mark.parametrize(
    "junk", ["ada", "ada@", "@example.com", "ada@localhost", "ada@@example.com", "a b@c.de", "a@b.c d"]
)
def test_what_is_no_email_address_is_refused(junk: str) -> None:
    assert reason_for("email", junk) == "not_an_email"


@pytest.mark.parametrize(
    "written",
    [
        "+4930123456",
        "+49 30 123456",
        "+49 (0)30 12 34-56",
        "030/123456",
        "(030) 123 456",
        "0049 30 123456",
        "tel:+49-30-123456",
        "＋４９ ３０ １２３４５６",
        "+٤٩ ٣٠ ١٢٣٤٥٦",
        "\u202a+49 30 123456\u202c",
    ],
)
def test_a_german_shop_reads_one_phone_number_in_every_way_it_is_written(written: str) -> None:
    assert normalise_identifier("phone", written, region="DE") == Normalised("phone", "+4930123456")


def test_what_looks_like_e164_but_can_not_exist_is_kept_and_marked() -> None:
    assert normalise_identifier("phone_number", "+1 234 567 890") == Normalised(
        "phone", "+1234567890", "impossible_phone"
    )


@pytest.mark.parametrize(
    "junk", ["abc", "12", "+", "030 123456", "4930123456", "+0123456789", "0000000000", "555-1234"]
)
def test_without_a_region_only_an_international_number_is_a_phone(junk: str) -> None:
    assert reason_for("phone", junk) == "not_a_phone"


def test_a_number_without_its_area_code_is_nobodys() -> None:
    assert reason_for("phone", "555-1234", region="US") == "not_a_phone"


@pytest.mark.parametrize(("junk", "region"), [("12345", "DE"), ("030", "DE"), ("999", "GB")])
def test_a_short_number_without_its_country_is_nobodys(junk: str, region: str) -> None:
    assert reason_for("phone", junk, region=region) == "not_a_phone"


def test_a_made_up_number_of_full_length_is_taken() -> None:
    assert value_of("phone", "(555) 123-4567", region="US") == "+15551234567"


def test_colleagues_behind_one_switchboard_stay_apart() -> None:
    assert value_of("phone", "+1 212 555 0100 ext. 12") == "+12125550100;ext=12"
    assert value_of("phone", "+12125550100;ext=12") == "+12125550100;ext=12"
    assert value_of("phone", "+1 212 555 0100 x13") != value_of("phone", "+1 212 555 0100 x12")


def test_own_ids_keep_their_case_and_numbers_become_text() -> None:
    assert value_of("user_id", " Ada-7 ") == "Ada-7"
    assert value_of("userId", 12345678901234567890) == "12345678901234567890"
    assert value_of("loyaltyId", "e\u0301") == "\u00e9"


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("user_id", "", "empty"),
        ("user_id", " \t\u200b\x00", "empty"),
        ("user_id", "x" * 513, "too_long"),
        ("user_id", "ä" * 257, "too_long"),
        ("user_id", 10**400, "too_long"),
        ("user_id", True, "not_text"),
        ("user_id", 1.5, "not_text"),
        ("user_id", None, "not_text"),
        ("user_id", {"a": 1}, "not_text"),
        ("7days", "x", "bad_kind"),
        ("ключ", "x", "bad_kind"),
        ("k" * 41, "x", "bad_kind"),
    ],
)
def test_every_refusal_has_its_word(kind: str, value: object, reason: str) -> None:
    assert reason_for(kind, value) == reason


PHONE_TEXT = st.text("0123456789+ ()-./xext;=#０٣", min_size=1, max_size=24)
EMAIL_TEXT = st.builds("{}@{}".format, st.text(max_size=12), st.text(max_size=8).map(lambda text: text + ".example"))


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(["email", "phone", "user_id", "loyalty_id"]),
    value=st.one_of(st.text(max_size=40), st.emails(), EMAIL_TEXT, PHONE_TEXT, st.integers()),
    region=st.sampled_from(["", "DE", "US", "GB", "IT", "BR", "AR", "MX"]),
    again=st.sampled_from(["", "DE", "US", "IT"]),
)
def test_normalising_what_is_normalised_changes_nothing(kind: str, value: str, region: str, again: str) -> None:
    try:
        once = normalise_identifier(kind, value, region=region)
    except Unusable:
        return
    assert normalise_identifier(once.kind, once.value, region=again) == once


@settings(max_examples=300, deadline=None)
@given(
    digits=st.from_regex(r"\+[1-9][0-9]{5,15}", fullmatch=True),
    region=st.sampled_from(["", "DE", "US", "GB", "IT", "BR"]),
)
def test_an_international_number_means_the_same_everywhere(digits: str, region: str) -> None:
    try:
        once = normalise_identifier("phone", digits, region=region)
    except Unusable:
        with pytest.raises(Unusable):
            normalise_identifier("phone", digits)
        return
    assert normalise_identifier("phone", digits) == once
    assert normalise_identifier("phone", once.value) == once


def test_a_search_box_offers_everything_that_its_text_may_mean() -> None:
    assert search_candidates(" Ada@Example.com ") == [
        Normalised("email", "ada@example.com"),
        Normalised("", "Ada@Example.com"),
    ]
    assert search_candidates("030 123456", region="DE") == [
        Normalised("phone", "+4930123456"),
        Normalised("", "030 123456"),
    ]
    assert search_candidates("   ") == []


@pytest.mark.parametrize(
    ("number", "country"),
    [("+4930123456", "DE"), ("+14165550100", "CA"), ("+1234567890", "US"), ("+80012345678", ""), ("nonsense", "")],
)
def test_a_phone_number_tells_its_country(number: str, country: str) -> None:
    assert phone_country(number) == country
