"""Takes a kind and a value as somebody wrote it, gives the value ready to compare. The one normaliser of the product.

Used by the transformation, by imports, by look-ups and by search: two that disagree split a person in two.
Normalising what is normalised changes nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import email_validator
import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from lambdas.event import HASH, KIND, NoText, kind_name, plain_text

IMPOSSIBLE_PHONE = "impossible_phone"

# An address on .test or .local names a person as well as any other.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_WRITTEN_PHONE = re.compile(
    r"(?:tel:)?(?P<number>[+(]?[0-9][0-9\s().\-/]*|\+[\s(][0-9\s().\-/]*)"
    r"(?:(?:;ext=|,?\s*(?:extension|extn|ext|x|#)\.?\s*)(?P<extension>[0-9]{1,7}))?",
    re.IGNORECASE,
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


@dataclass(frozen=True, slots=True)
class Normalised:
    """One identifier, ready to compare. `mark` says what is odd about a value that is kept all the same."""

    kind: str
    value: str
    mark: str = ""


class Unusable(ValueError):
    """A value that identifies no one. `reason` is one word: bad_kind, not_text, empty, too_long, not_an_email or
    not_a_phone."""

    def __init__(self, *, kind: str, value: object, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.value = value
        self.reason = reason


def normalise_identifier(kind: str, value: object, *, region: str = "") -> Normalised:
    """The identifier that (kind, value) is, or Unusable. `region` (DE, US, …) is where a phone number without
    country code is at home."""
    kind = kind_name(kind)
    if not KIND.fullmatch(kind):
        raise Unusable(kind=kind, value=value, reason="bad_kind")
    return _normalise(kind, _text(kind, value), region.upper())


def search_candidates(text: str, *, region: str = "") -> list[Normalised]:
    """Everything that free text from a search box may mean: an e-mail address, a phone number, and last the text
    itself with kind "", which stands for every kind whose values are kept as they are."""
    return list(_candidates(text, region))


def phone_country(value: str) -> str:
    """The country a normalised phone number belongs to (DE, US, …), by its prefix; "" where there is none."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(number)
    region = region or phonenumbers.region_code_for_country_code(number.country_code or 0)
    return region if len(region) == 2 and region != "ZZ" else ""


def _candidates(text: str, region: str) -> Iterator[Normalised]:
    for kind in ("email", "phone"):
        try:
            yield normalise_identifier(kind, text, region=region)
        except Unusable:
            continue
    try:
        yield Normalised("", _text("", text))
    except Unusable:
        return


# The same few people come again and again within a batch; a phone number costs forty times a look into this cache.
@lru_cache(maxsize=16_384)
def _normalise(kind: str, text: str, region: str) -> Normalised:
    if HASH.fullmatch(text):
        return Normalised(kind, text)
    if kind == "email":
        return Normalised(kind, _email(text))
    if kind == "phone":
        return _phone(text, region)
    return Normalised(kind, text)


def _text(kind: str, value: object) -> str:
    try:
        return plain_text(value)
    except NoText as error:
        raise Unusable(kind=kind, value=value, reason=str(error)) from None


def _email(text: str) -> str:
    """Lower case as a whole, the domain in its ASCII form: what looks alike in two scripts shows as two."""
    try:
        found = email_validator.validate_email(
            text.lower(),
            check_deliverability=False,
            globally_deliverable=False,
            allow_display_name=True,
        )
    except email_validator.EmailNotValidError:
        raise Unusable(kind="email", value=text, reason="not_an_email") from None
    if "." not in found.ascii_domain:
        raise Unusable(kind="email", value=text, reason="not_an_email")
    return f"{found.local_part}@{found.ascii_domain}"


def _phone(text: str, region: str) -> Normalised:
    """E.164, with `;ext=` where an extension was given: a switchboard's number alone would join colleagues."""
    written = _WRITTEN_PHONE.fullmatch(text if text.isascii() else _ascii_digits(text))
    if not written:
        raise Unusable(kind="phone", value=text, reason="not_a_phone")
    number, extension = written["number"], written["extension"]
    suffix = f";ext={extension}" if extension else ""
    found = _possible(number, region)
    if found:
        return Normalised("phone", found + suffix)
    digits = re.sub(r"[^0-9+]", "", number)
    if _E164.fullmatch(digits):
        return Normalised("phone", digits + suffix, IMPOSSIBLE_PHONE)
    raise Unusable(kind="phone", value=text, reason="not_a_phone")


def _ascii_digits(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)


def _possible(number: str, region: str) -> str:
    """E.164 of a number that can exist, else "". Formatting may drop a trunk prefix, and what is left may have one
    again, so go on until nothing changes."""
    before = ""
    for _ in range(4):
        if number == before:
            return number
        before, number = number, _parsed(number, region)
    return ""


def _parsed(number: str, region: str) -> str:
    try:
        found = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return ""
    # IS_POSSIBLE_LOCAL_ONLY lacks its area code: two people in two towns have it.
    if phonenumbers.is_possible_number_with_reason(found) != ValidationResult.IS_POSSIBLE:
        return ""
    # A country that was guessed needs more than a number that may exist there: 12345 is typed by many.
    if not number.startswith("+") and not phonenumbers.is_valid_number(found) and _length(found) < 7:
        return ""
    formatted = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    return formatted if _E164.fullmatch(formatted) else ""


def _length(found: phonenumbers.PhoneNumber) -> int:
    return len(phonenumbers.national_significant_number(found))
