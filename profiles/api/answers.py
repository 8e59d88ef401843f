"""Takes nothing, gives the shapes of what the API answers, for its description."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    IntegerField,
    ListField,
    Serializer,
    UUIDField,
)


@extend_schema_field(OpenApiTypes.ANY)
class AnyField(serializers.JSONField):
    """Any JSON."""


@extend_schema_field(OpenApiTypes.OBJECT)
class ObjectField(serializers.JSONField):
    """A JSON object."""


class FieldProblem(Serializer[Any]):
    field = CharField()
    detail = CharField()


class ProblemDetails(Serializer[Any]):
    """RFC 9457. `reason` is a word that programs can rely on."""

    type = CharField(default="about:blank")
    title = CharField()
    status = IntegerField()
    reason = CharField()
    detail = CharField()
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]


class Identifier(Serializer[Any]):
    kind = CharField()
    value = CharField()


class KnownIdentifier(Identifier):
    vouched = BooleanField(help_text="Carried by an event of a trusted source.")
    standing = ChoiceField(["in_play", "shared_public", "shared", "blocked"], help_text="Whether it joins people.")


class Found(Identifier):
    found = BooleanField()
    profile_id = UUIDField(allow_null=True)
    reason = CharField(required=False, help_text="`no_consent`: held, but the person did not agree to the purpose.")


class BatchEntry(Serializer[Any]):
    kind = CharField(allow_null=True)
    value = CharField(allow_null=True)
    found = BooleanField()
    profile_id = UUIDField(allow_null=True)
    reason = CharField(
        allow_null=True,
        help_text="Why the value can't be one of its kind; `no_consent`: the person did not agree; else null.",
    )


class BatchFound(Serializer[Any]):
    results = BatchEntry(many=True)


class IdentityAnswer(Identifier):
    profile_id = UUIDField()
    identifiers = Identifier(many=True)


class Trait(Serializer[Any]):
    name = CharField()
    value = AnyField()
    rule = ChoiceField(["most_recent", "first", "most_frequent", "source_priority"])
    source = CharField(allow_null=True)  # type: ignore[assignment]
    time = DateTimeField()
    values_said = IntegerField(help_text="How many different values there are to choose from.")


class ConsentAnswer(Serializer[Any]):
    purpose = CharField()
    granted = BooleanField(help_text="Of everything said in the profile's events, the strictest.")
    said_at = DateTimeField()


class ProfileAnswer(Serializer[Any]):
    profile_id = UUIDField(help_text="The canonical id.")
    merged = BooleanField(help_text="Whether the id that was asked for was merged away.")
    name = CharField(allow_blank=True)
    first_seen = DateTimeField(allow_null=True)
    identifiers_total = IntegerField()
    identifiers = KnownIdentifier(many=True, help_text="The strongest, at most 100.")
    traits = Trait(many=True)
    consent = ConsentAnswer(many=True, help_text="For each purpose that anything was said of.")


class ProfileSummary(Serializer[Any]):
    profile_id = UUIDField()
    name = CharField(allow_blank=True)
    first_seen = DateTimeField(allow_null=True)
    identifiers_total = IntegerField()
    identifiers = Identifier(many=True, help_text="The strongest, at most four.")


class ProfilePage(Serializer[Any]):
    results = ProfileSummary(many=True)
    next = CharField(allow_null=True)


class OfProfile(Serializer[Any]):
    profile_id = UUIDField()
    merged = BooleanField()


class IdentifierPage(OfProfile):
    results = KnownIdentifier(many=True)
    next = CharField(allow_null=True)


class Event(Serializer[Any]):
    event_id = IntegerField()
    time = DateTimeField()
    source = CharField(allow_null=True)  # type: ignore[assignment]
    trusted = BooleanField()
    type = CharField()
    name = CharField(allow_blank=True)
    identifiers = Identifier(many=True)
    traits = AnyField()
    properties = AnyField()


class EventPage(OfProfile):
    results = Event(many=True)
    next = CharField(allow_null=True)


class TraitList(OfProfile):
    results = Trait(many=True)


class Evidence(Serializer[Any]):
    event_id = IntegerField(allow_null=True, help_text="Null for an event that is no longer kept.")
    time = DateTimeField()


class LinkAnswer(Serializer[Any]):
    a = Identifier()
    b = Identifier()
    vouched = BooleanField()
    held = CharField(allow_null=True, help_text="Why it joins nothing; null where it joins.")
    words = CharField(allow_blank=True)
    first = Evidence()
    last = Evidence(allow_null=True)


class LinkPage(OfProfile):
    results = LinkAnswer(many=True)
    next = CharField(allow_null=True)


class HeldLinkAnswer(Serializer[Any]):
    identifier = Identifier()
    other = Identifier()
    other_profile_id = UUIDField()
    vouched = BooleanField()
    held = CharField()
    words = CharField(allow_blank=True)
    first = Evidence()


class HeldLinkPage(OfProfile):
    results = HeldLinkAnswer(many=True)
    next = CharField(allow_null=True)


class HistoryEntry(Serializer[Any]):
    at = DateTimeField()
    change = ChoiceField(["merge", "split", "move", "erased"])
    from_profile_id = UUIDField()
    to_profile_id = UUIDField()
    identifiers_total = IntegerField()
    identifiers = Identifier(many=True, help_text="At most twelve.")
    cause = ChoiceField(["event", "decision", "rule", "erasure"])
    author = CharField(allow_null=True)
    reason = CharField(allow_null=True)


class HistoryPage(OfProfile):
    results = HistoryEntry(many=True)
    next = CharField(allow_null=True)


class ProfileExport(OfProfile):
    identifiers = KnownIdentifier(many=True)
    traits = Trait(many=True)
    links = LinkAnswer(many=True)
    held_links = HeldLinkAnswer(many=True)
    history = HistoryEntry(many=True)
    events = Event(many=True)


class ChangeAnswer(Serializer[Any]):
    change = ChoiceField(
        ["new", "merge", "split", "move", "erased"],
        help_text="`new`: seen for the first time, or by you; `move`: some went over; `erased`: nobody holds "
        "`from_profile_id` any more.",
    )
    at = DateTimeField(allow_null=True, help_text="Null for new identifiers.")
    from_profile_id = UUIDField(allow_null=True, help_text="Held the identifiers until then; null for new ones.")
    to_profile_id = UUIDField(help_text="Holds the identifiers from then on.")
    identifiers = Identifier(many=True)
    cause = ChoiceField(["event", "decision", "rule", "erasure"], allow_null=True)


class ChangePage(Serializer[Any]):
    results = ChangeAnswer(many=True)
    next = CharField(help_text="Always there: ask again with it, now or tomorrow.")
    more = BooleanField(help_text="Whether there is more at once.")


class TogetherAnswer(Serializer[Any]):
    profile_id = UUIDField()
    a = Identifier()
    b = Identifier()
    summary = CharField()
    steps = ListField(child=ObjectField())
    weakest_step = AnyField()
    closing = CharField()
    complete = BooleanField()


class ApartAnswer(Serializer[Any]):
    a = UUIDField()
    b = UUIDField()
    together = BooleanField()
    verdict = CharField()
    reasons = ListField(child=ObjectField())
    decisions = ListField(child=ObjectField())
    held_links = ListField(child=ObjectField())
    limits = ListField(child=ObjectField())
    shared = ListField(child=ObjectField())
    likeness = AnyField(help_text="What the matching says of the two; null where it says nothing.")
    complete = BooleanField()


class BuiltAnswer(OfProfile):
    summary = CharField()
    identifiers = IntegerField()
    joined = IntegerField()
    joined_by = ObjectField()
    confirming = IntegerField()
    steps = ListField(child=ObjectField())
    next = AnyField()
    complete = BooleanField()


class AsOfAnswer(OfProfile):
    at = DateTimeField()
    resolved_until = AnyField()
    profile_then = AnyField()
    others_then = ListField(child=ObjectField())
    arrived_later = IntegerField()
    golden_record = ObjectField()
    complete = BooleanField()
