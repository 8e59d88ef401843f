"""Gives what a rule change that touches every e-mail costs, on whatever has been resolved."""

from dataclasses import dataclass
from typing import Any

from benchmarks.clock import cost

TOUCHED = """
    SELECT count(DISTINCT i.profile_id) FROM identifiers i
    JOIN (SELECT n.neighbourhood_id FROM reconsiderations JOIN identifiers n USING (identifier_id)) t
      USING (neighbourhood_id)
"""


@dataclass(frozen=True)
class RuleChange:
    profiles: int  # in the neighbourhoods that it takes apart and puts together again
    seconds: float
    cpu_seconds: float | None


def profiles(connection: Any) -> int:
    return int(connection.execute("SELECT count(DISTINCT profile_id) FROM identifiers").fetchone()[0])


def measure(connection: Any) -> RuleChange:
    """Twice as many identifiers may be linked to an e-mail; afterwards, unmeasured, as many as before."""
    from profiles.models import Kind
    from profiles.rules.rules import apply_rules

    before = Kind.objects.get(name="email").shared_after
    apply_rules({"kinds": {"email": {"shared_after": 2 * (before or 10)}}}, author="bench")
    try:
        (profiles,) = connection.execute(TOUCHED).fetchone()
        taken = cost(connection.info.backend_pid, lambda: connection.execute("CALL resolve_deliveries()"))
    finally:
        apply_rules({"kinds": {"email": {"shared_after": before}}}, author="bench")
    return RuleChange(profiles, taken.seconds, taken.cpu_seconds)
