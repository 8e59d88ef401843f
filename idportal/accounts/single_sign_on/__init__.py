"""Logging in at the company's own provider (OpenID Connect) instead of with a password of ours."""
