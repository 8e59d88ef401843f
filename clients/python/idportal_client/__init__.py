"""Asks an idportal who somebody is: `Client`, the shapes of its answers, its errors, and the check of a webhook."""

from idportal_client import answers
from idportal_client.client import Client
from idportal_client.errors import ApiError, Erased, NotFound, Refused, TooMany, Unauthorized
from idportal_client.webhook import is_genuine

__all__ = ["ApiError", "Client", "Erased", "NotFound", "Refused", "TooMany", "Unauthorized", "answers", "is_genuine"]
