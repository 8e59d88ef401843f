"""A phone number in any notation → digits that are the same for the same line, or nothing for junk."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

REGIONS = {
    "usa": "US", "united states": "US", "uk": "GB", "united kingdom": "GB", "england": "GB", "germany": "DE",
    "deutschland": "DE",
    "austria": "AT", "oesterreich": "AT", "switzerland": "CH", "schweiz": "CH", "france": "FR", "spain": "ES",
    "espana": "ES", "italy": "IT", "italia": "IT", "russia": "RU", "poland": "PL", "netherlands": "NL", "australia": "AU",
    "canada": "CA", "india": "IN", "china": "CN", "japan": "JP", "brazil": "BR", "mexico": "MX", "ukraine": "UA",
    "greece": "GR", "turkey": "TR", "israel": "IL", "korea": "KR", "south korea": "KR", "egypt": "EG", "ireland": "IE",
}  # fmt: skip


@lru_cache(200_000)
def phone_digits(text: str | None, country: str | None = None) -> str | None:
    """The national number: what all notations of one line end with, with or without a country code."""
    text = unicodedata.normalize("NFKC", text or "").strip()
    text = re.split(r"(?i)\s*(?:ext|x|durchwahl|extension)\.?\s*\d*$", text)[0].replace("(0)", "")
    digits = "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
    if len(digits) < 6 or len(set(digits)) < 3 or digits in "01234567890123456789" or digits in "98765432109876543210":
        return None
    return _national(text, digits, country) or _plain(digits)


def _national(text: str, digits: str, country: str | None) -> str | None:
    region = REGIONS.get((country or "").lower(), (country or "").upper() or None)
    written = "+" + digits.removeprefix("00") if text.startswith(("+", "00")) else digits
    if not written.startswith("+") and region is None:
        return None
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    return str(number.national_number) if phonenumbers.is_possible_number(number) else None


def _plain(digits: str) -> str:
    digits = digits.lstrip("0")
    return digits[1:] if len(digits) == 11 and digits[0] in "17" else digits
