"""What people are asked, what they answered, and how far the asking has got."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from profiles.models.decisions import Decision, PendingDecision

OPEN = Q(state="open")
PAIRS = Q(kind__in=["held", "probable"])


class ReviewQuestion(models.Model):
    """One question to a person. A pair of profiles, a value, a delivery or a decision is asked about once at a time.

    `yes` and `no` are answers to: are these one person? Is this value treated rightly? Is this merge right?
    """

    class Kind(models.TextChoices):
        HELD = "held", "held link"
        PROBABLE = "probable", "probable match"
        VALUE = "value", "shared value"
        PARKED = "parked", "parked delivery"
        SAMPLE = "sample", "sample of merges"
        REOPENED = "reopened", "reopened decision"

    class State(models.TextChoices):
        OPEN = "open", "open"
        DECIDED = "decided", "decided"
        CLOSED = "closed", "closed by itself"

    question_id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=7, choices=State, db_default=State.OPEN)
    priority = models.FloatField()
    asked_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    # What it is about. Profiles by number, the smaller first; a sample has who came in b and who was there in a.
    a_profile_id = models.BigIntegerField(null=True)
    b_profile_id = models.BigIntegerField(null=True)
    identifier_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)
    change_id = models.BigIntegerField(null=True)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, null=True, related_name="reopened", db_index=False)

    # Its grounds.
    reasons = ArrayField(models.TextField(), db_default=[])
    links = models.IntegerField(db_default=0)
    vouched = models.IntegerField(db_default=0)  # how many of the links
    event_id = models.BigIntegerField(null=True)  # the latest evidence
    source_id = models.IntegerField(null=True)  # where that came from
    candidate_id = models.BigIntegerField(null=True)
    probability = models.FloatField(null=True)
    told = ArrayField(models.TextField(), db_default=[], default=list)  # of a reopened decision: see ReviewGrounds
    note = models.TextField(db_default="")

    claimed_by = models.CharField(max_length=200, db_default="")
    claimed_until = models.DateTimeField(null=True)

    answer = models.CharField(max_length=3, choices=[("yes", "yes"), ("no", "no")], db_default="")
    answered_by = models.CharField(max_length=200, db_default="")
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(db_default="")
    batch = models.UUIDField(null=True)  # of answers given together
    carried_out_at = models.DateTimeField(null=True)
    answer_decision = models.ForeignKey(
        Decision, on_delete=models.SET_NULL, null=True, related_name="answers", db_index=False
    )

    # The answer changes so much that a second person must approve it first.
    pending = models.ForeignKey(PendingDecision, on_delete=models.SET_NULL, null=True, related_name="answers")

    closed_at = models.DateTimeField(null=True)
    closed_because = models.TextField(db_default="")

    class Meta:
        db_table = "review_questions"
        constraints = [
            # Each subject is asked about once at a time: two stewards must not decide one thing twice.
            models.UniqueConstraint(
                fields=["a_profile_id", "b_profile_id"], condition=OPEN & PAIRS, name="one_question_a_pair"
            ),
            models.UniqueConstraint(
                fields=["identifier_id"], condition=OPEN & Q(kind="value"), name="one_question_a_value"
            ),
            models.UniqueConstraint(
                fields=["delivery_id"], condition=OPEN & Q(kind="parked"), name="one_question_a_delivery"
            ),
            models.UniqueConstraint(fields=["change_id"], condition=Q(kind="sample"), name="one_question_a_merge"),
            models.UniqueConstraint(
                fields=["decision"], condition=OPEN & Q(kind="reopened"), name="one_question_a_decision"
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="decided_has_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["-priority", "question_id"], condition=OPEN, name="review_open"),
            models.Index(fields=["kind", "-priority", "question_id"], condition=OPEN, name="review_open_kind"),
            models.Index(
                fields=["-probability", "question_id"],
                condition=OPEN & Q(probability__isnull=False),
                name="review_open_score",
            ),
            models.Index(fields=["question_id", "kind"], condition=OPEN, name="review_open_age"),
            models.Index(fields=["a_profile_id"], name="review_a"),
            models.Index(fields=["b_profile_id"], name="review_b"),
            models.Index(fields=["identifier_id"], condition=Q(identifier_id__isnull=False), name="review_identifier"),
            models.Index(fields=["claimed_by", "question_id"], condition=~Q(claimed_by=""), name="review_claimed"),
            models.Index(fields=["-answered_at"], condition=Q(state="decided"), name="review_decided"),
            models.Index(
                fields=["-answered_at"],
                condition=Q(kind="value", state="decided", answer="no"),
                name="review_rule_asked_for",
            ),
            models.Index(
                fields=["question_id"], condition=Q(state="decided", carried_out_at=None), name="review_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.question_id}"


class ReviewSkip(models.Model):
    """Somebody doesn't want to see a question for a while; others do."""

    question = models.ForeignKey(ReviewQuestion, on_delete=models.CASCADE, related_name="skips")
    person = models.CharField(max_length=200)
    until = models.DateTimeField()

    class Meta:
        db_table = "review_skips"
        constraints = [models.UniqueConstraint(fields=["person", "question"], name="one_skip_a_person")]

    def __str__(self) -> str:
        return f"skip of {self.question_id}"


class ReviewGrounds(models.Model):
    """What a decision was made on, or last confirmed on; more against it, or another name or birth date, reopens it."""

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, primary_key=True, related_name="grounds")
    links = models.IntegerField(db_default=0)  # held ones, across a separation
    vouched = models.IntegerField(db_default=0)
    over = ArrayField(models.TextField(), db_default=[])  # kinds over their limit, in the profile of an assertion
    told = ArrayField(models.TextField(), null=True)  # of its sides: see told_in_decisions()
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "review_grounds"

    def __str__(self) -> str:
        return f"grounds of decision {self.decision_id}"


class ReviewProgress(models.Model):
    """How far the partition's history has been turned into questions, in one row; without it, all is looked at."""

    review_progress_id = models.SmallIntegerField(primary_key=True, db_default=1)
    change_id = models.BigIntegerField()
    sampled_id = models.BigIntegerField()  # merges after it are sampled
    resolved_at = models.DateTimeField()
    decision_id = models.BigIntegerField()
    withdrawn_at = models.DateTimeField()
    candidate_id = models.BigIntegerField()
    refreshed_at = models.DateTimeField()

    class Meta:
        db_table = "review_progress"
        constraints = [models.CheckConstraint(condition=Q(review_progress_id=1), name="one_review_progress")]

    def __str__(self) -> str:
        return f"up to change {self.change_id}"
