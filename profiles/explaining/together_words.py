"""Takes what an explanation found, gives it in words that a marketer understands: no value, no id, no jargon."""


def step_words(author: str | None, vouched: bool) -> str:
    if author is not None:
        return f"{author} said that these two are the same person"
    if vouched:
        return "seen together, and a source we trust vouches for it"
    return "seen together in a browser; nothing we trust vouches for it"


def joining_words(sizes: tuple[int, int]) -> str:
    """What a step made of what."""
    few, many = sorted(sizes)
    if many == 1:
        return "the two become one profile"
    if few == 1:
        return f"one more joins a profile of {many:,}"
    return f"a profile of {few:,} joins one of {many:,}"


def together_words(steps: int, *, found: bool, capped: bool) -> str:
    if not found:
        return "This profile has too many links to look at all of them, and those looked at don't join these two."
    if steps == 0:
        return "These are one and the same identifier."
    more = " This profile has too many links to look at all of them: there may be a stronger way." if capped else ""
    if steps == 1:
        return f"These two were connected directly.{more}"
    return f"These two were never connected directly. {steps:,} steps lead from one to the other, each of them strong \
enough to count.{more}"


def closing_words(steps: int, decided: bool, vouched: bool, only: bool) -> str:
    """What the weakest step means for the whole."""
    if decided:
        rests = "It rests on a person's decision, which outranks every rule."
    elif vouched:
        rests = "It is vouched for by a source we trust." if steps == 1 else "Every step is decided or vouched for."
    elif steps == 1:
        rests = "Anybody's browser could have sent it."
    else:
        rests = "The weakest step is one that anybody's browser could have sent."
    ends = "these two" if steps == 1 else "the two sides of the weakest step"
    return f"{rests} {'Nothing else connects' if only else 'Other links connect'} {ends}{'' if only else ' too'}."


def built_words(identifiers: int, joined: int, confirming: int, capped: bool) -> str:
    if joined == 0:
        return "A single identifier: nothing has been joined to it."
    more = {0: "Nothing else confirms them.", 1: "One more link confirms them."}
    confirmed = more.get(confirming, f"{confirming:,} more links confirm them.")
    steps = "1 step" if joined == 1 else f"{joined:,} steps"
    shown = " There are more links than were looked at." if capped else ""
    return f"{identifiers:,} identifiers became one profile in {steps}. {confirmed}{shown}"
