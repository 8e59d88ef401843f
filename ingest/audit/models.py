"""One thing that was done."""

from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """Who did what to what, when, from where. The database refuses to change or delete one."""

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=200)  # a log-in name, "api NAME" or "system"
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)  # ids, counts and reason words; no personal data
    address = models.GenericIPAddressField(null=True)

    class Meta:
        db_table = "audit_entries"
        permissions = [("view_audit", "Can read and export the audit log")]
        indexes = [
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"audit entry {self.pk}"
