"""Takes a name and a scope, gives an API client; prints its token, which can't be shown again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from profiles.api.clients import SCOPES, create_client


class Command(BaseCommand):
    help = "Create an API client and print its token, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the client is called, unique")
        parser.add_argument("--scope", choices=[str(scope) for scope in SCOPES], required=True)

    def handle(self, *, name: str, scope: str, **options: Any) -> None:
        try:
            made = create_client(name=name, scope=scope)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stderr.write(f"API client {made.client.name!r}, scope {scope}. Its token, shown this once:")
        self.stdout.write(made.token)
