"""Takes nothing, gives the shapes of the questions that the API tells, and examples of them."""

from typing import Any

from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    FloatField,
    IntegerField,
    ListField,
    Serializer,
    UUIDField,
)

from profiles.api import samples
from profiles.api.answers import AnyField, Identifier, KnownIdentifier, ObjectField, ProfileSummary
from profiles.models import ReviewQuestion

REASON_LENGTH = 2000


class QuestionSummary(Serializer[Any]):
    question_id = IntegerField()
    kind = ChoiceField(ReviewQuestion.Kind.values)
    state = ChoiceField(ReviewQuestion.State.values)
    why = CharField(allow_blank=True, help_text="It is asked, in words.")
    reasons = ListField(child=CharField(), help_text="The same as words that programs can rely on.")
    priority = FloatField()
    probability = FloatField(allow_null=True)
    asked_at = DateTimeField()
    a = ProfileSummary(allow_null=True, help_text="Of a sample: the profile that was merged.")
    b = ProfileSummary(allow_null=True)
    value = Identifier(allow_null=True, help_text="The value that is asked about.")
    delivery_id = IntegerField(allow_null=True)
    decision_id = IntegerField(allow_null=True, help_text="The decision that is asked about again.")
    claimed_by = CharField(allow_blank=True, help_text="Who else is looking at it: until then nobody else may answer.")
    answer = ChoiceField(["yes", "no", ""])
    answered_by = CharField(allow_blank=True)
    answered_at = DateTimeField(allow_null=True)
    carried_out_at = DateTimeField(allow_null=True, help_text="Null: it is decided, and will be carried out soon.")
    answer_decision_id = IntegerField(allow_null=True, help_text="The decision that the answer made.")
    waits_for_second_person = BooleanField()
    outcome = CharField(allow_blank=True)
    note = CharField(allow_blank=True)


class QuestionPage(Serializer[Any]):
    results = QuestionSummary(many=True)
    next = CharField(allow_null=True)


class ComparedField(Serializer[Any]):
    name = CharField()
    identifier = BooleanField(help_text="Else a trait.")
    agreement = ChoiceField(["same", "nearly", "different", "several", "a", "b"], help_text="a, b: only there.")
    a = ListField(child=CharField(allow_blank=True))
    b = ListField(child=CharField(allow_blank=True))
    note = CharField(allow_blank=True)


class QuestionSide(Serializer[Any]):
    profile_id = UUIDField()
    identifiers_total = IntegerField()
    identifiers = KnownIdentifier(many=True, help_text="At most 200.")
    traits = ObjectField()


class QuestionEvidence(Serializer[Any]):
    a = Identifier()
    b = Identifier()
    event_id = IntegerField()
    time = DateTimeField()
    vouched = BooleanField()
    held = CharField(allow_blank=True)
    words = CharField(allow_blank=True)


class SeenBeside(Serializer[Any]):
    identifier = Identifier()
    profile_id = UUIDField()
    event_id = IntegerField()
    time = DateTimeField()
    vouched = BooleanField()
    held = CharField(allow_blank=True)


class QuestionAnswer(QuestionSummary):
    fingerprint = CharField(help_text="Send it as `seen` with the answer.")
    sides = QuestionSide(many=True, help_text="Both, a then b; none for a value or a delivery.")
    compared = ComparedField(many=True, help_text="Line by line: what differs first.")
    evidence = QuestionEvidence(many=True, help_text="The links that would join the two, at most 50.")
    seen_with = SeenBeside(many=True, help_text="What the value was seen with, at most 50.")
    match_parts = AnyField(help_text="Of a probable match: what each field weighs; they add up. Else null.")


class QuestionEffect(Serializer[Any]):
    question_id = IntegerField()
    effect = AnyField(help_text="The profiles before and after; null where every profile stays what it is.")


class Reply(Serializer[Any]):
    answer = ChoiceField(
        ["yes", "no", "skip"],
        help_text="Of a pair: yes merges them, no keeps them apart. A value: yes, treat it as it is treated; no, a "
        "rule is asked for, and no profile changes. A delivery: yes "
        "releases it. A merge: was it right? A decision: are they one person? skip: not now, for this client.",
    )
    reason = CharField(required=False, default="", max_length=REASON_LENGTH, allow_blank=True)
    seen = CharField(
        required=False, default="", max_length=200, allow_blank=True,
        help_text="The question's `fingerprint`: it is not answered if the profiles have changed since.",
    )  # fmt: skip
    dry_run = BooleanField(default=False)


class Replied(Serializer[Any]):
    state = ChoiceField(["answered", "skipped", "undone", "dry_run"])
    question = QuestionSummary()
    effect = AnyField(help_text="Of a dry run: the profiles before and after; null where they stay what they are.")


QUESTION: dict[str, Any] = {
    "question_id": 12, "kind": "held", "state": "open", "why": f"seen together, yet {samples.HELD['words']}",
    "reasons": ["limit user_id"], "priority": 8.5, "probability": None, "asked_at": samples.AT, "a": samples.SUMMARY,
    "b": {**samples.SUMMARY, "profile_id": samples.BEN, "name": "Ben Ng", "identifiers": [samples.DEVICE],
          "identifiers_total": 1},
    "value": None, "delivery_id": None, "decision_id": None, "claimed_by": "", "answer": "", "answered_by": "",
    "answered_at": None, "carried_out_at": None, "answer_decision_id": None, "waits_for_second_person": False,
    "outcome": "", "note": "",
}  # fmt: skip
PAGE = {"results": [QUESTION], "next": None}
WHOLE = {
    **QUESTION, "fingerprint": "41-97-0c1f2a9be4d7",
    "sides": [
        {"profile_id": samples.ADA, "identifiers_total": 2, "identifiers": samples.KNOWN, "traits": {"city": "London"}},
        {"profile_id": samples.BEN, "identifiers_total": 1, "traits": {},
         "identifiers": [{**samples.DEVICE, "vouched": False, "standing": "in_play"}]},
    ],
    "compared": [
        {"name": "city", "identifier": False, "agreement": "a", "a": ["London"], "b": [], "note": ""},
    ],
    "evidence": [
        {"a": samples.EMAIL, "b": samples.DEVICE, "event_id": 1048576, "time": samples.AT, "vouched": True,
         "held": "limit user_id", "words": samples.HELD["words"]},
    ],
    "seen_with": [], "match_parts": None,
}  # fmt: skip
REPLIED = {
    "state": "answered", "effect": None,
    "question": {**QUESTION, "state": "decided", "answer": "no", "answered_by": "API: CRM", "answered_at": samples.AT,
                 "outcome": "Two people: kept apart"},
}  # fmt: skip
