"""Takes nothing, gives the parked deliveries with why; or releases some; or sets what trips the circuit breaker."""

import json
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from ingest.commands import NotedCommand
from profiles.ids import public_id
from profiles.parked import Parked, parked_deliveries, release, set_breaker

SETTINGS = {
    "at_least": "a delivery that merges fewer profiles never trips it",
    "times": "how many times the usual is far more than usual",
    "days": "what the last so many days did is usual",
    "resolutions": "with fewer in those days, nothing is usual yet, and nothing trips it",
}


class Command(NotedCommand):
    help = (
        "List the deliveries that have landed but wait, unresolved, for a person: they would merge far more profiles "
        "than usual because of one value or one source (the circuit breaker), or can't be resolved. Nothing of them is "
        "lost."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", type=int, nargs="+", metavar="ID", help="resolve these, whatever they merge")
        parser.add_argument("--release-all", action="store_true", help="resolve all of them")
        parser.add_argument("--author", default="command line", help="who is named as having released them")
        parser.add_argument("--breaker", choices=["on", "off"], help="switch the circuit breaker")
        for name, meaning in SETTINGS.items():
            parser.add_argument(
                f"--{name.replace('_', '-')}", type=int, metavar="N", help=f"circuit breaker: {meaning}"
            )
        parser.add_argument("--json", action="store_true", help="list as NDJSON")

    def handle(self, **options: Any) -> None:
        if ids := options["release"] or (options["release_all"] and [p.delivery_id for p in parked_deliveries()]):
            self._release(ids, options["author"])
        elif values := _breaker_values(options):
            self._set(values)
        else:
            self._list(as_json=options["json"])

    def _release(self, ids: list[int], author: str) -> None:
        released = release(ids, author=author)
        self.did(deliveries=sorted(released))
        for delivery_id in ids:
            word = "released" if delivery_id in released else "is not parked"
            self.stdout.write(f"delivery {delivery_id} {word}")

    def _set(self, values: dict[str, Any]) -> None:
        try:
            breaker = set_breaker(**values)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.did(**values)
        settings = ", ".join(f"{name.replace('_', ' ')} {getattr(breaker, name)}" for name in SETTINGS)
        self.stdout.write(f"the circuit breaker is {breaker}: {settings}")

    def _list(self, *, as_json: bool) -> None:
        parked = parked_deliveries()
        for one in parked:
            self.stdout.write(json.dumps(asdict(one), default=str) if as_json else _lines(one))
        if not parked and not as_json:
            self.stdout.write("no delivery is parked")


def _breaker_values(options: dict[str, Any]) -> dict[str, Any]:
    values = {name: options[name] for name in SETTINGS if options[name] is not None}
    return values | ({"enabled": options["breaker"] == "on"} if options["breaker"] else {})


def _lines(parked: Parked) -> str:
    lines = [f"delivery {parked.delivery_id}, {parked.events} events, parked {parked.parked_at:%Y-%m-%d %H:%M:%S}"]
    if parked.error:
        lines.append(f"  {parked.why_text}: {parked.error}")
    else:
        whose = " ".join(parked.identifier) if parked.identifier else parked.source
        lines.append(f"  {parked.why_text}: {whose} would merge {parked.profiles}, usual are {parked.usual}")
    for merge in parked.examples:
        from_id, to_id = public_id(merge.from_profile_id), public_id(merge.to_profile_id)
        lines.append(f"  profile {from_id} into {to_id}, by event {merge.event_id}")
    return "\n".join(lines)
