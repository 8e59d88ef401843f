"""Takes an identifier, gives the person behind it erased: counted first, and confirmed by a typed word."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from ingest.commands import NotedCommand
from ingest.privacy.hashed import asked_identifier
from ingest.privacy.suppression import admit
from lambdas.transform.normalise import Unusable
from profiles.identities import profile_of
from profiles.models import Erasure
from profiles.privacy import carrying_out, erasure


class Command(NotedCommand):
    help = (
        "Erase the person behind an identifier, everywhere: events, everything derived, rejected records. Without "
        "--confirm only counts what would go. Broken off, --continue goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("identifier", nargs="?", metavar="KIND:VALUE", help="any identifier of the person")
        parser.add_argument("--others-too", action="store_true", help="also events of others that name the person")
        parser.add_argument("--confirm", metavar="WORD", default="", help=f"carry it out: {erasure.CONFIRMATION}")
        parser.add_argument("--author", default="command line", help="who is named in the request")
        parser.add_argument("--continue", dest="go_on", action="store_true", help="carry out all that wait")
        parser.add_argument("--admit", action="store_true", help="let an identifier that is kept out land again")

    def handle(self, *, identifier: str | None, go_on: bool, **options: Any) -> None:
        if go_on:
            return self._go_on(carrying_out.open_erasures())
        kind, _, value = (identifier or "").partition(":")
        if not value:
            raise CommandError("say who: KIND:VALUE")
        try:
            if options["admit"]:
                wanted = asked_identifier(kind, value)
                admitted = admit([(wanted.kind, wanted.value)])
                self.did(admitted=admitted)
                return self.stdout.write(f"admitted again: {admitted}")
            profile_id = profile_of(kind=kind, value=value)
        except Unusable as no:
            raise CommandError(f"this can't be a value of {kind}: {no.reason}") from None
        if profile_id is None:
            raise CommandError("no profile holds this identifier")
        return self._erase(profile_id, options)

    def _erase(self, profile_id: int, options: dict[str, Any]) -> None:
        asked = erasure.open_request(profile_id)
        try:
            asked = asked or erasure.ask(
                profile_id=profile_id, author=options["author"], others_too=options["others_too"]
            )
            self.did(erasure=asked.pk)
            carrying_out.run(asked.pk)
            asked.refresh_from_db()
            if not options["confirm"]:
                return self._print({"erasure_id": asked.pk, "state": asked.state, "would_delete": asked.counts})
            if asked.state == Erasure.State.COUNTED:
                erasure.confirm(asked, author=options["author"], typed=options["confirm"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return self._go_on([asked.pk])

    def _go_on(self, erasure_ids: list[int]) -> None:
        for erasure_id in erasure_ids:
            while carrying_out.run(erasure_id):
                pass
            asked = Erasure.objects.get(pk=erasure_id)
            self.did(**{f"erasure {asked.pk}": asked.state})
            if asked.state == Erasure.State.DONE:
                self._print(erasure.certificate(asked))
            else:
                self._print({"erasure_id": asked.pk, "state": asked.state, "step": asked.step})

    def _print(self, said: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(said, default=str))
