"""Which profiles may be one person though no identifier joins them: models, what they find, and the runs that look."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

AUTOMATIC = "automatic match"
PROBABILITY = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class MatchModel(models.Model):
    """What is known of how people's records agree and differ, with the thresholds that decide what comes of it."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        IN_FORCE = "in force", "in force"
        RETIRED = "retired", "retired"

    model_id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    parameters = models.JSONField()  # profiles.matching.Model as it writes itself: Splink's settings, calibration
    review_threshold = models.FloatField(default=0.5, validators=PROBABILITY)
    automatic_threshold = models.FloatField(
        null=True, blank=True, validators=PROBABILITY
    )  # null: never without a person
    trained_at = models.DateTimeField()
    trained_records = models.BigIntegerField()
    trained_answers = models.IntegerField(default=0)
    based_on = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=200, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "match_models"
        constraints = [
            # One answer to "by which model?", and one draft that everybody talks about.
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="in force"), name="one_model_in_force"),
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="draft"), name="one_draft_model"),
            models.CheckConstraint(
                condition=models.Q(review_threshold__gte=0, review_threshold__lte=1)
                & (
                    models.Q(automatic_threshold=None) | models.Q(automatic_threshold__gte=models.F("review_threshold"))
                ),
                name="review_below_automatic",
            ),
        ]

    def __str__(self) -> str:
        return f"model {self.pk}"

    @property
    def author(self) -> str:
        """Who joins, where nobody does."""
        return f"{AUTOMATIC} (model {self.pk})"


class MatchRun(models.Model):
    """One look for probable matches; how far it is, what it found, and what it left out and why."""

    class Kind(models.TextChoices):
        FULL = "full", "all profiles"
        INCREMENTAL = "incremental", "new and changed profiles"
        TRIAL = "trial", "trial of a draft"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        CANCELLED = "cancelled", "cancelled"
        FAILED = "failed", "failed"

    class Step(models.TextChoices):
        READING = "reading", "reading profiles"
        TRAINING = "training", "learning from the profiles"
        COMPARING = "comparing", "comparing profiles"
        WRITING = "writing", "writing down what was found"
        JOINING = "joining", "joining what is sure enough"

    run_id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=11, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    model = models.ForeignKey(MatchModel, on_delete=models.CASCADE, null=True, related_name="runs")
    asked_by = models.CharField(max_length=200, blank=True)  # "": the schedule
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=9, choices=Step, blank=True)
    done = models.BigIntegerField(default=0)  # of the step
    total = models.BigIntegerField(default=0)  # 0: nobody can say how much there is of it
    attempts = models.SmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    # What was there when it began to read; what came later is the next run's: see queries/match_seen.sql.
    seen = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    skipped = models.JSONField(default=dict, blank=True)  # reason to how many
    error = models.TextField(blank=True)

    class Meta:
        db_table = "match_runs"
        indexes = [models.Index(fields=["state"], condition=models.Q(finished_at=None), name="match_runs_unfinished")]

    def __str__(self) -> str:
        return f"match run {self.pk}"

    @property
    def unfinished(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class MatchCandidate(models.Model):
    """Two profiles that may be one person. Their ids are those at the time found: identifiers lead to who has them now.

    `parts` is a list of {"field", "a", "b", "level", "weight", "words"}, first the "prior"; the weights add up.
    """

    candidate_id = models.BigAutoField(primary_key=True)
    a_id = models.BigIntegerField()
    b_id = models.BigIntegerField()
    model = models.ForeignKey(MatchModel, on_delete=models.CASCADE, related_name="candidates")
    probability = models.FloatField()
    match_weight = models.FloatField()
    parts = models.JSONField()
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "match_candidates"
        constraints = [
            models.UniqueConstraint(fields=["a_id", "b_id"], name="candidate_once"),
            models.CheckConstraint(condition=models.Q(a_id__lt=models.F("b_id")), name="candidate_a_before_b"),
        ]
        indexes = [
            models.Index(fields=["b_id"], name="match_candidates_b"),
            models.Index(fields=["-probability", "candidate_id"], name="match_candidates_surest"),
        ]

    def __str__(self) -> str:
        return f"candidate {self.pk}"


class MatchTrialPair(models.Model):
    """A pair that a trial of a draft found: what would be a candidate if the draft were in force."""

    pk = models.CompositePrimaryKey("run_id", "a_id", "b_id")
    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="pairs")
    a_id = models.BigIntegerField()
    b_id = models.BigIntegerField()
    probability = models.FloatField()
    joins = models.BooleanField(default=False)  # sure enough to be joined without a person, and nothing against it

    class Meta:
        db_table = "match_trial_pairs"

    def __str__(self) -> str:
        return f"pair {self.a_id}-{self.b_id} of run {self.run_id}"


class MatchAnswer(models.Model):
    """What a person said of a candidate, with both records as they were then: what the next model learns from."""

    answer_id = models.BigAutoField(primary_key=True)
    decision = models.OneToOneField("profiles.Decision", on_delete=models.CASCADE, related_name="match_answer")
    model = models.ForeignKey(MatchModel, on_delete=models.SET_NULL, null=True, related_name="answers")
    a_id = models.BigIntegerField()
    b_id = models.BigIntegerField()
    probability = models.FloatField()
    a_record = models.JSONField()
    b_record = models.JSONField()

    class Meta:
        db_table = "match_answers"

    def __str__(self) -> str:
        return f"answer {self.pk}"
