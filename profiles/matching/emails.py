"""An e-mail address as written → the address, and its local part without decoration; role and junk mailboxes are none."""

import re
from functools import lru_cache

ROLES = frozenset(
    (
        "info office contact sales support admin administrator hello mail webmaster postmaster noreply no-reply "
        "donotreply billing service kontakt team help hr jobs marketing shop order orders reception enquiries "
        "accounts abuse buero empfang verwaltung customerservice kundenservice rezeption feedback press security "
        "root"
    ).split()
)
NO_MAIL = re.compile(
    r"^(test\d*|none|null|na|nan|undefined|unknown|no|noemail|nomail|notprovided|x+|a+|asdf|abc|fake|dummy|anonymous|guest|user|customer|keine|keinemail|sample|demo)$"
)
NO_DOMAIN = re.compile(
    r"^(example\.(com|org|net)|test\.\w+|none\.\w+|noemail\.\w+|mailinator\.com|invalid\w*\.?\w*|localhost|null\.\w+|unknown\.\w+|email\.invalid)$"
)


@lru_cache(200_000)
def email_address(text: str | None) -> str | None:
    text = re.sub(r"\s*(\(at\)|\[at\]|\{at\})\s*", "@", (text or "").strip().lower())
    text = re.sub(r"\s*(\(dot\)|\[dot\])\s*", ".", text)
    if inside := re.search(r"<([^>]*)>", text):
        text = inside[1]
    text = re.sub(r"^mailto:", "", text).strip(" .,;<>\"'").replace(" ", "")
    local, at, domain = text.rpartition("@")
    if not at or not local or len(text) < 5:
        return None
    domain = {"googlemail.com": "gmail.com"}.get(domain.strip("."), domain.strip("."))
    local = local.split("+")[0] or local
    if domain == "gmail.com":
        local = local.replace(".", "") or local
    if local in ROLES or NO_MAIL.match(re.sub(r"[._-]", "", local)):
        return None
    if NO_DOMAIN.match(domain) and NO_MAIL.match(local):
        return None
    return f"{local}@{domain}"


@lru_cache(200_000)
def local_key(email: str | None) -> str | None:
    """Letters and digits of the local part; too short to tell anything: none."""
    key = re.sub(r"[^\w]|_", "", (email or "").split("@")[0])
    return key if len(key) >= 5 else None


@lru_cache(200_000)
def number(email: str | None) -> str | None:
    """The digits of the local part, which tell namesakes apart."""
    return re.sub(r"\D", "", (email or "").split("@")[0]) or None
