"""Deliveries that wait for a person, and what makes them wait."""

from django.db import models


class CircuitBreaker(models.Model):
    """When a delivery merges far more than usual: what that means, in one row; without it, nothing is parked."""

    circuit_breaker_id = models.SmallIntegerField(primary_key=True, db_default=1)
    enabled = models.BooleanField(db_default=True)
    at_least = models.IntegerField(db_default=100)  # profiles that a delivery merges; fewer never trip it
    times = models.IntegerField(db_default=10)  # the usual
    # What is usual: of the last `days`, if there are so many resolutions in them, the first at least a day ago.
    days = models.IntegerField(db_default=7)
    resolutions = models.IntegerField(db_default=50)

    class Meta:
        db_table = "circuit_breaker"
        constraints = [
            models.CheckConstraint(condition=models.Q(circuit_breaker_id=1), name="one_circuit_breaker"),
            models.CheckConstraint(
                condition=models.Q(at_least__gte=1, times__gte=1, days__gte=1, resolutions__gte=1),
                name="breaker_counts",
            ),
        ]

    def __str__(self) -> str:
        return "on" if self.enabled else "off"


class ParkedDelivery(models.Model):
    """A delivery that has landed and waits, unresolved, for a person; once released it is resolved whatever it does."""

    class Why(models.TextChoices):
        VALUE = "value", "one value would merge far more profiles than usual"
        SOURCE = "source", "one source would merge far more profiles than usual"
        ERROR = "error", "it can't be resolved"

    delivery = models.OneToOneField(
        "ingest.Delivery", on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    parked_at = models.DateTimeField()
    why = models.CharField(max_length=6, choices=Why)
    detail = models.JSONField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=200, db_default="")

    class Meta:
        db_table = "parked_deliveries"

    def __str__(self) -> str:
        return f"parked delivery {self.delivery_id}"


class SuspectDelivery(models.Model):
    """A delivery of a batch that failed or tripped the breaker, until it has been taken alone."""

    delivery_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "suspect_deliveries"

    def __str__(self) -> str:
        return f"suspect delivery {self.delivery_id}"
