"""Takes a name and scopes, gives an API client; prints its token, which can't be shown again."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ingest.commands import NotedCommand
from profiles.api.clients import SCOPES, create_client


class Command(NotedCommand):
    help = "Create an API client and print its token, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the client is called, unique")
        parser.add_argument(
            "--scope", choices=[str(scope) for scope in SCOPES], required=True, action="append",
            help="what it may do; may be given several times; write stands for read, events and decide",
        )  # fmt: skip
        parser.add_argument("--days", type=int, help="how long the token is valid; for ever if not given")
        parser.add_argument("--rate-limit", type=int, default=6000, help="requests a minute (6000)")

    def handle(self, *, name: str, scope: list[str], days: int | None, rate_limit: int, **options: Any) -> None:
        expires_at = timezone.now() + timedelta(days=days) if days else None
        try:
            made = create_client(name=name, scopes=scope, expires_at=expires_at, rate_limit=rate_limit)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.did(client=made.client.pk, scopes=scope)
        self.stderr.write(f"API client {made.client.name!r}, scope {' '.join(scope)}. Its token, shown this once:")
        self.stdout.write(made.token)
