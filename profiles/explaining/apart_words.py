"""Takes what keeps two profiles apart, gives it in words that a marketer understands."""

from datetime import datetime

CLOSING = {
    "separated": "They stay two until somebody withdraws that decision.",
    "limit": "They stay two as long as the rules allow one person no more than that.",
    "unvouched": "They stay two until a source we trust, or a person, says that they are one.",
    "shared": "What they have in common is used by too many people to say anything.",
    "blocked": "What they have in common is on the list of values that name nobody.",
    "third": "Nothing connects them directly.",
    "likeness": "Looking alike joins nobody by itself: a person is asked.",
}


def day(at: datetime) -> str:
    """3 May 2026."""
    return f"{at.day} {at:%B %Y}"


def said_words(separates: bool, author: str, at: datetime) -> str:
    if separates:
        return f"kept apart by {author}, {day(at)}"
    return f"{author} said on {day(at)} that they are the same person, which a later decision overrules"


def limit_words(kind: str, count: int, limit: int | None) -> str:
    name = kind.replace("_", " ")
    return f"together they would have {count:,} values of {name}, and one person may have no more than {limit:,}"


def held_words(held: str) -> str:
    match held.split(" "):
        case ["limit", kind]:
            return f"one person may not have so many values of {kind.replace('_', ' ')}"
        case ["separated"]:
            return "a person decided that they are not the same"
        case ["unvouched"]:
            return "both are known people, and only a browser, which anybody can use, says that they are one"
        case ["shared"]:
            return "one of the two is used by too many people to name one of them"
        case ["blocked"]:
            return "one of the two is on the list of values that name nobody"
    return held


def shared_words(standing: int) -> str:
    if standing == 3:
        return "on the list of values that name nobody"
    return "used by too many people to name one of them" if standing else "belongs to a third profile"


def likeness_words(probability: float) -> str:
    return f"they look alike: {min(probability, 0.999):.1%} likely to be one person, which is a question and no proof"


def verdict_words(kinds: list[str], together: bool) -> str:
    if together:
        return "These are one profile."
    if not kinds:
        return "Nothing connects these two: no event showed them together, and nobody has decided anything about them."
    return CLOSING[kinds[0]]
