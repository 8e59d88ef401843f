"""Who stays out."""

from django.db import models
from django.db.models.functions import Now


class Suppression(models.Model):
    """An identifier of somebody who was erased, as a keyed hash: what carries it does not land."""

    digest = models.BinaryField(primary_key=True)
    names_person = models.BooleanField()  # what carries it is dropped whole; else only the identifier is taken out
    erasure_id = models.BigIntegerField(db_index=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "suppressions"

    def __str__(self) -> str:
        return f"suppressed by erasure {self.erasure_id}"
