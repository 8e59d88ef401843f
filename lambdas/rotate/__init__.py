"""Takes Secrets Manager's word that a secret is due, gives it a new value."""
