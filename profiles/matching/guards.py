"""Pairs that look like one person and aren't: relatives, twins, father and son, namesakes, a shared mailbox.

Each is a kind of pair with its own rate, learned from the data. It agrees like a true match in some fields, like
strangers in others, and half and half in what a household may share. What it could explain is taken off a match's weight."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOUSEHOLD = {"phone": 0.5, "e-mail": 0.2}


@dataclass(frozen=True)
class Kind:
    name: str
    words: str
    shares: dict[str, float]  # field → chance that it agrees as in a match; not named: as in strangers
    least: float  # its rate is never thought to be less, nor more, than these shares of the rate of matches
    most: float
    apart: bool = False  # the two are born a generation apart


CLOSE_BIRTHS = 6  # levels of the birth date, the same to less than a generation apart
SELDOM_CLOSE = -5.0  # bits


KINDS = (
    Kind("relatives", "could be relatives in one household", {"surname": 1.0, "address": 1.0, **HOUSEHOLD}, 0.01, 3.0),
    Kind("twins", "could be twins", {"surname": 1.0, "address": 1.0, "birth date": 1.0, **HOUSEHOLD}, 0.001, 0.1),
    Kind(
        "generations",
        "could be father and son of one name",
        {"given name": 1.0, "surname": 1.0, "address": 1.0, "gender": 1.0, **HOUSEHOLD},
        0.001,
        0.05,
        apart=True,
    ),
    Kind("household", "could be two people at one address", {"address": 1.0, "phone": 0.5, "e-mail": 0.3}, 0.005, 3.0),
    Kind("namesakes", "could be strangers of one name", {"given name": 1.0, "surname": 1.0, "gender": 1.0}, 0.0, 0.02),
    Kind("mailbox", "could be a shared mailbox or phone", {"e-mail": 0.7, "phone": 0.5}, 0.002, 1.0),
)
SWAPPED = 4  # level of the given name
MAILBOX_OF_NAMESAKES = (0.0, 0.004, 0.06, 0.05, 0.30, 1.0)  # how alike the mailboxes of two people of one name are


def without_echo(fields: list[str], weights: Floats, levels: NDArray[np.int64], m: Floats) -> Floats:
    """Where names agree, a similar mailbox mostly repeats the name: it may say no more than between namesakes."""
    mail, given, surname = (fields.index(f) for f in ("e-mail", "given name", "surname"))
    most = np.append(np.log2(m / np.maximum(MAILBOX_OF_NAMESAKES, 1e-9)), np.inf)[levels[:, mail]]
    names_agree = (
        ((levels[:, given] >= 0) & (levels[:, given] <= 3))
        | ((levels[:, surname] >= 0) & (levels[:, surname] <= 2))
        | (levels[:, given] == SWAPPED)
    )
    limited = weights.copy()
    limited[:, mail] = np.where(names_agree, np.minimum(weights[:, mail], most), weights[:, mail])
    return limited


SAME_AGAIN = 3.0  # of one name, so many times the usual number of records may be one person


def namesake_weights(
    fields: list[str], weights: Floats, levels: NDArray[np.int64], bearers: Floats, again: float, size: float
) -> Floats:
    """The bits (≤ 0) by which two agreeing names say too much: given names and surnames go together, and how many
    records bear the whole name tells how rare it is."""
    given, surname = fields.index("given name"), fields.index("surname")
    says = weights[:, given] + weights[:, surname]
    strangers = np.maximum(bearers - 1 - SAME_AGAIN * again, 0.0) + size * np.exp2(-np.clip(says, -60, 60))
    agree = (levels[:, given] >= 0) & (levels[:, given] <= 3) & (levels[:, surname] >= 0) & (levels[:, surname] <= 2)
    agree |= levels[:, given] == SWAPPED
    return np.where(agree, np.minimum(np.log2(size / strangers) - says, 0.0), 0.0)


def kind_weights(fields: list[str], weights: Floats, levels: NDArray[np.int64]) -> Floats:
    """Bits for each pair and kind: how much likelier the kind makes the fields than strangers do."""
    found = np.zeros((len(weights), len(KINDS)))
    for k, kind in enumerate(KINDS):
        for field, share in kind.shares.items():
            if field in fields:
                column = weights[:, fields.index(field)]
                found[:, k] += (
                    column if share == 1.0 else np.log2(share * np.exp2(np.clip(column, -60, 60)) + 1 - share)
                )
        if kind.apart:
            born = levels[:, fields.index("birth date")]
            found[:, k] += np.where((born >= 0) & (born < CLOSE_BIRTHS), SELDOM_CLOSE, 0.0)
    return found


def guard_weights(
    fields: list[str], weights: Floats, levels: NDArray[np.int64], rates: dict[str, float]
) -> tuple[Floats, NDArray[np.int64]]:
    """For each pair the bits to take off (≤ 0), and which kind explains most of them."""
    log_rates = np.array([np.log2(max(rates[kind.name], 1e-15)) for kind in KINDS])
    explained = np.exp2(np.clip(kind_weights(fields, weights, levels) + log_rates, -200, 200))
    return -np.log2(1.0 + explained.sum(axis=1)), explained.argmax(axis=1)
