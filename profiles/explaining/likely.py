"""Takes a profile, gives those that may be the same person: tied to it by held links, or alike."""

from dataclasses import dataclass

from profiles.identities import ProfileSummary, summaries
from profiles.links import held_links_of
from profiles.matches.candidates import standing_candidates_of

MOST = 8
HELD = 200


@dataclass(frozen=True)
class Likely:
    profile: ProfileSummary
    why: str


def likely_others(profile_id: int) -> list[Likely]:
    """The surest first: alike by what is known of them, then those seen together most often."""
    why: dict[int, str] = {
        c.other_profile_id: f"{c.probability:.0%} likely, by what is known of both"
        for c in standing_candidates_of(profile_id, limit=MOST)
    }
    held: dict[int, int] = {}
    for link in held_links_of(profile_id, limit=HELD):
        if link.held == "separated":
            continue  # a person has said that they are two
        held[link.other_profile_id] = held.get(link.other_profile_id, 0) + 1
    for other, count in sorted(held.items(), key=lambda item: -item[1]):
        why.setdefault(other, f"seen together, and held apart: {count} link{'s' if count > 1 else ''}")
    return [Likely(row, why[row.profile_id]) for row in summaries(list(why)[:MOST])]
