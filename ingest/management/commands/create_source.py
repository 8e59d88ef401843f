"""Takes a name, gives a source: prints its write key and, this once, its secret key."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from ingest.commands import NotedCommand
from ingest.models import Source
from ingest.sources import NewSource, create_source


class Command(NotedCommand):
    help = "Create a source of events and print its keys. The secret key can't be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--trusted",
            action="store_true",
            help="what is imported into it is vouched for (what a server sends with a secret key always is)",
        )
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            metavar="https://shop.example",
            help="a website that may send with the write key; may be given again (default: any)",
        )
        parser.add_argument(
            "--region", default="", metavar="DE", help="country of phone numbers without a prefix, two letters"
        )
        parser.add_argument(
            "--client-ip",
            choices=Source.ClientIp.values,
            default=Source.ClientIp.TRUNCATED,
            help="what is kept of visitors' addresses (default %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="print one line of JSON")

    def handle(self, *, name: str, **options: Any) -> None:
        try:
            new = create_source(
                name=name,
                trusted=options["trusted"],
                origins=options["origin"],
                region=options["region"],
                client_ip=options["client_ip"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.did(source=new.source.pk, trusted=new.source.trusted)
        self.stdout.write(json.dumps(_facts(new)) if options["json"] else _lines(new))


def _facts(new: NewSource) -> dict[str, Any]:
    source = new.source
    return {
        "id": source.pk,
        "name": source.name,
        "write_key": source.write_key,
        "secret": new.secret,
        "trusted": source.trusted,
        "origins": source.origins,
        "region": source.region,
    }


def _lines(new: NewSource) -> str:
    return "\n".join(
        [
            f"source:     {new.source.name}{' (trusted)' if new.source.trusted else ''}",
            f"write key:  {new.source.write_key}",
            f"secret key: {new.secret}",
            "The write key is public: it goes into pages and apps. The secret key belongs on a server, and is shown",
            "this once.",
        ]
    )
