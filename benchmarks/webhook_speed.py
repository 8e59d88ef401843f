"""How many webhook deliveries a second one sender makes to one receiver, and to several at once: signed, posted to a
real HTTP server, each attempt written down and the webhook moved on before the next.

python -m benchmarks.webhook_speed [--events 2000] [--receivers 4]
"""

import argparse
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from idportal import embedded


class Takes(BaseHTTPRequestHandler):
    """204 to all; the connection is kept."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def receiver() -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/hook"


def measure(*, events: int, receivers: int) -> float:
    """Deliveries a second, all receivers taken together."""
    from django.utils import timezone

    from idportal.webhooks.composing import Happening, write_events
    from idportal.webhooks.managing import create_webhook
    from idportal.webhooks.models import Webhook
    from idportal.webhooks.sending import send_due

    Webhook.objects.all().delete()
    for number in range(receivers):
        create_webhook(name=f"receiver {number}", url=receiver(), types=["profile.merged"])
    write_events([Happening("profile.merged", timezone.now(), n + 1, n + 2, "event") for n in range(events)])
    began, sent = time.perf_counter(), 0
    while sent < events * receivers:
        sent += send_due(seconds=60)
    return sent / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_000)
    parser.add_argument("--receivers", type=int, default=4)
    asked = parser.parse_args()
    with embedded.services():
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")
        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.WEBHOOKS_ALLOW_PRIVATE = True
        call_command("migrate", verbosity=0)
        for receivers in sorted({1, asked.receivers}):
            rate = measure(events=asked.events, receivers=receivers)
            print(f"{receivers} receiver(s), {asked.events:,} events each: {rate:,.0f} deliveries a second")


if __name__ == "__main__":
    main()
