"""Takes a person's decision on a candidate, keeps what both records were; gives the answers that models learn from."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from profiles.matches.engine import Answer
from profiles.matches.records import Record, records_of, schema
from profiles.models import AUTOMATIC, Decision, Identifier, MatchAnswer, MatchCandidate
from profiles.reading import read

if TYPE_CHECKING:
    import pyarrow as pa


def note_answer(decision: Decision) -> MatchAnswer | None:
    """Called before the decision is applied, while both profiles are what the person saw. None: it is no answer, for
    its sides are not the two profiles of a candidate, or nobody made it."""
    if decision.author.startswith(AUTOMATIC):
        return None
    found = read("match_asked", dict[str, int], decision_id=decision.pk)
    if not found:
        return None
    candidate = MatchCandidate.objects.get(pk=found[0]["candidate_id"])
    ids = (found[0]["a_profile_id"], found[0]["b_profile_id"])
    told = {record["record_id"]: record for record in records_of(ids)}
    if len(told) < 2:
        return None
    return MatchAnswer.objects.create(
        decision=decision, model_id=candidate.model_id, a_id=candidate.a_id, b_id=candidate.b_id,
        probability=candidate.probability, a_record=told[ids[0]], b_record=told[ids[1]],
    )  # fmt: skip


def standing_answers() -> "list[MatchAnswer]":
    """Those that nobody has taken back."""
    answers = MatchAnswer.objects.filter(decision__withdrawn_at=None).select_related("decision")
    return list(answers.order_by("answer_id"))


def answers_since(answer_count: int) -> int:
    """How many more there are than a model has learned from."""
    return max(0, MatchAnswer.objects.filter(decision__withdrawn_at=None).count() - answer_count)


def with_answers(records: "pa.Table", answers: Iterable[MatchAnswer]) -> "tuple[pa.Table, list[Answer]]":
    """The records as they were when people answered: profiles that an answer is about give way to what was seen of
    them, under numbers below zero, so that none is there twice. With them the answers, by these numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    given = list(answers)
    if not given:
        return records, []
    holders = _holders(i for answer in given for i in (answer.a_id, answer.b_id))
    numbers: dict[str, int] = {}
    seen: list[Record] = []
    told = [(_number(a.a_record, numbers, seen), _number(a.b_record, numbers, seen), _same(a)) for a in given]
    others = records.filter(pc.invert(pc.is_in(records["record_id"], value_set=pa.array(sorted(holders), pa.int64()))))
    return pa.concat_tables([others, pa.Table.from_pylist(seen, schema=schema())]), [t for t in told if t[0] != t[1]]


def _same(answer: MatchAnswer) -> bool:
    return bool(answer.decision.action == Decision.Action.ASSERT)


def _holders(identifier_ids: Iterable[int]) -> set[int]:
    return set(Identifier.objects.filter(pk__in=set(identifier_ids)).values_list("profile_id", flat=True))


def _number(record: dict[str, Any], numbers: dict[str, int], seen: list[Record]) -> int:
    key = repr(sorted((name, value) for name, value in record.items() if value))
    if key not in numbers:
        numbers[key] = -len(numbers) - 1
        seen.append({**{name: record.get(name) for name in schema().names}, "record_id": numbers[key]})
    return numbers[key]
