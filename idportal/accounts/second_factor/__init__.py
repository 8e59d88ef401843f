"""The code that an app on a person's phone shows, asked for after their password (TOTP, RFC 6238)."""
