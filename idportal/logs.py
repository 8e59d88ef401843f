"""Takes a record that Django logs of a request, gives one without its address: the link in a letter is a key."""

import logging

from django.http import HttpRequest


class NoAddress(logging.Filter):
    """The route in its place: /invited/<str:token>/."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            match = request.resolver_match
            shown = f"/{match.route}" if match else "an address that leads nowhere"
            # Django logs it escaped, which is the same but for what isn't ASCII.
            addresses = (request.path, request.path.encode("unicode_escape").decode("ascii"))
            record.args = tuple(shown if arg in addresses else arg for arg in record.args)
        return True
