"""Why somebody was not let in by single sign-on: one word, and what the page says of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    status: int
    heading: str
    text: str


ASK = "Ask the administrator of your portal"
REASONS = {
    "denied": Words(
        403,
        "You were not logged in",
        "The log-in was cancelled there, or your account there may not use this portal. Try again, or ask whoever "
        "looks after your company's accounts to let you use it.",
    ),
    "elsewhere": Words(
        400,
        "This log-in is too old",
        "It was begun in another browser, or too long ago, or was used already. Log in again from here.",
    ),
    "failed": Words(
        502,
        "The log-in did not work",
        f"Your company's log-in and this portal don't understand each other. Try again; if it stays so, {ASK.lower()} "
        "to look at its log.",
    ),
    "untrusted": Words(
        403,
        "The log-in could not be believed",
        f"What came back was not signed as it must be, or not meant for this log-in. Try again; if it stays so, "
        f"{ASK.lower()} to look at its log.",
    ),
    "unavailable": Words(
        503,
        "Your company's log-in can't be reached",
        "It doesn't answer at the moment. Wait a minute and try again.",
    ),
    "unverified": Words(
        403,
        "Your e-mail address is not confirmed there",
        "Confirm it with your company's log-in (a letter with a link was sent to you), then log in here again.",
    ),
    "domain": Words(
        403,
        "Addresses like yours don't log in here",
        f"Log out there and log in with the address of your company. If this is the one, {ASK.lower()} to allow it.",
    ),
    "unknown": Words(
        403,
        "You have no access yet",
        f"{ASK} to invite you by the e-mail address of this log-in, then log in again.",
    ),
    "taken": Words(
        403,
        "Your address belongs to another log-in",
        f"Somebody here has your address and logs in with another account. {ASK} to unlink it on the People page.",
    ),
    "no_role": Words(
        403,
        "You have no role here",
        "None of your groups has a role on this portal. Ask whoever looks after your company's accounts for one.",
    ),
    "deactivated": Words(
        403,
        "Your access has ended",
        f"{ASK} to activate you again.",
    ),
}


class Refused(Exception):
    """Somebody is not let in; `name` is theirs here, where they are known."""

    def __init__(self, reason: str, *, name: str = "") -> None:
        super().__init__(reason)
        self.reason, self.name = reason, name
