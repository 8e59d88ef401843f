"""Cleaned records, and answers if there are any → a model, by expectation maximisation over level patterns.

Splink computes the levels of the blocked pairs and of random pairs. Parameters start from what is known of people
(comparisons.py), weigh as much as PRIOR_PAIRS pairs, and move to what the data says. Random pairs count towards
u by their chance of being strangers, so true matches among them don't make rare agreement look common."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from profiles.matching.guards import KINDS, Floats, kind_weights, without_echo
from profiles.matching.model import Model

PRIOR_PAIRS = 40.0
STEPS = 25
WRONG_ANSWERS = 0.03
STAY_SLOPE, STAY_SHIFT = 200.0, 20.0  # for how many answers the weights count: they are near right by themselves
ANSWER_PAIRS = 4.0  # an answer weighs as much as so many pairs
LEAST = 1e-6
# Of true pairs, so many at most are in a level: the last, -1, is that they differ.
MOST = {
    "given name": ((-1, 0.04),),
    "birth date": ((-2, 0.08), (-1, 0.06)),
    "generation": ((-1, 0.03),),
    "gender": ((-1, 0.04),),
}
Ints = NDArray[np.int64]


class Patterns:
    """Level patterns (0 = the best level, -1 = missing) with how often each occurs."""

    def __init__(self, levels: Ints, counts: Floats, answered: Floats | None = None) -> None:
        self.levels, self.counts = levels, counts
        self.answered = answered if answered is not None else np.full(len(counts), np.nan)


def start(compared_m: list[list[float]], random: Patterns) -> tuple[list[Floats], list[Floats]]:
    m = [np.array(levels) / sum(levels) for levels in compared_m]
    u = [_shares(random.levels[:, i], random.counts, len(m[i]), np.full(len(m[i]), 0.1)) for i in range(len(m))]
    return m, u


def _shares(levels: Ints, counts: Floats, size: int, prior: Floats) -> Floats:
    seen = levels >= 0
    found = np.bincount(levels[seen], weights=counts[seen], minlength=size) + prior
    return np.asarray(np.maximum(found / found.sum(), LEAST))


def level_weights(fields: list[str], levels: Ints, m: list[Floats], u: list[Floats]) -> Floats:
    columns = []
    for i in range(levels.shape[1]):
        bits = np.append(np.log2(m[i] / u[i]), 0.0)  # -1, missing, is the last
        columns.append(bits[levels[:, i]])
    return without_echo(fields, np.column_stack(columns), levels, m[fields.index("e-mail")])


def posterior(fields: list[str], levels: Ints, weights: Floats, rates: dict[str, float]) -> Floats:
    """The chance of each pattern to be: a match, each kind of guards.KINDS, strangers."""
    names = ["match", *(k.name for k in KINDS)]
    logs = np.column_stack([weights.sum(axis=1), kind_weights(fields, weights, levels)]) + np.log2(
        [max(rates[n], 1e-15) for n in names]
    )
    odds = np.exp2(np.clip(logs, -200, 200))
    odds = np.column_stack([odds, np.ones(len(odds))])
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def learn(model: Model, blocked: Patterns, random: Patterns, all_pairs: float) -> Model:
    fields = [c.field for c in model.compared]
    m, u = start(model.m, random)
    first_m = [x.copy() for x in m]
    rates = {"match": max(2.0, 0.2 * model.trained_on) / all_pairs} | {k.name: 0.0 for k in KINDS}
    for _ in range(STEPS):
        rates = bounded(rates)
        chance = posterior(fields, blocked.levels, level_weights(fields, blocked.levels, m, u), rates)
        is_match = np.where(np.isnan(blocked.answered), chance[:, 0], blocked.answered)
        strangers = posterior(fields, random.levels, level_weights(fields, random.levels, m, u), rates)[:, -1]
        for i, field in enumerate(fields):
            m[i] = _capped(
                field, _shares(blocked.levels[:, i], blocked.counts * is_match, len(m[i]), PRIOR_PAIRS * first_m[i])
            )
            u[i] = _shares(random.levels[:, i], random.counts * strangers, len(m[i]), np.full(len(m[i]), 0.1))
        plain = np.isnan(blocked.answered)
        sums = (chance[plain] * blocked.counts[plain, None]).sum(axis=0) / all_pairs
        rates = {"match": float(max(sums[0], 1 / all_pairs))} | {
            k.name: float(sums[i + 1]) for i, k in enumerate(KINDS)
        }
    return replace(model, m=[x.tolist() for x in m], u=[x.tolist() for x in u], rates=bounded(rates))


def settle(bits: Floats, expected: float) -> float:
    """The bits to add to all weights, so that the number of matches they amount to is the number that they presuppose."""
    shift = 0.0
    for _ in range(100):
        found = float((1 / (1 + np.exp2(-np.clip(bits + shift, -60, 60)))).sum())
        shift = float(np.clip(np.log2(max(found, 1.0) / max(expected, 1.0)), -8.0, 2.0))
    return shift


def bounded(rates: dict[str, float]) -> dict[str, float]:
    bounded = {k.name: float(np.clip(rates[k.name], k.least * rates["match"], k.most * rates["match"])) for k in KINDS}
    return {"match": rates["match"]} | bounded


def _capped(field: str, m: Floats) -> Floats:
    """However many relatives look like matches: a clash of given names or birth dates speaks against."""
    for level, most in MOST.get(field, ()):
        if m[level] > most:
            others = np.delete(m, level)
            m = np.insert(others * (1 - most) / others.sum(), level % len(m), most)
    return m


def calibrate(weights: Floats, same: Floats) -> tuple[float, float]:
    """Slope and shift in bits, by logistic regression that stays near (1, 0) while answers are few.

    One answer in so many is wrong, or about people that no weight can tell apart: without that, a single surprise
    among sure pairs would flatten all weights.
    """
    slope, shift = 1.0, 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp2(-np.clip(slope * weights + shift, -60, 60)))
        told = WRONG_ANSWERS + (1 - 2 * WRONG_ANSWERS) * p
        steep = (1 - 2 * WRONG_ANSWERS) * p * (1 - p) / (told * (1 - told))
        off, spread = (same - told) * steep, steep**2 * told * (1 - told) * np.log(2)
        gradient = np.array([(off * weights).sum() - STAY_SLOPE * (slope - 1), off.sum() - STAY_SHIFT * shift])
        hessian = np.array(
            [
                [(spread * weights**2).sum() + STAY_SLOPE, (spread * weights).sum()],
                [(spread * weights).sum(), spread.sum() + STAY_SHIFT],
            ]
        )
        step = np.linalg.solve(hessian, gradient)
        slope, shift = float(np.clip(slope + step[0], 0.3, 2.0)), float(np.clip(shift + step[1], -8, 8))
    return slope, shift
