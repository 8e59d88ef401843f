"""The audit log as people see it, and what of their requests is noted there."""
