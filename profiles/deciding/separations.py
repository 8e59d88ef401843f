"""Takes two profiles, gives the separations that keep them apart, and words for who asks."""

from profiles.models import Decision
from profiles.reading import read


def separations_between(a_profile_id: int, b_profile_id: int) -> list[Decision]:
    """The separations in force that keep two profiles apart, whatever else does."""
    ids = [row["decision_id"] for row in _separation_ids(a_profile_id, b_profile_id)]
    return list(Decision.objects.filter(pk__in=ids).order_by("pk"))


def _separation_ids(a_profile_id: int, b_profile_id: int) -> list[dict[str, int]]:
    return read("separations_between", dict[str, int], profile_ids=[a_profile_id, b_profile_id])


def in_the_way(standing: list[Decision]) -> str:
    """Who keeps two profiles apart, since when, why, and what to do about it."""
    said = "; ".join(
        f"{d.author}, {d.created_at:%d %b %Y}" + (f": “{d.reason}”" if d.reason else "") for d in standing[:3]
    )
    more = f" and {len(standing) - 3} more" if len(standing) > 3 else ""
    return f"A person keeps these two apart ({said}{more}). Withdraw that decision first."
