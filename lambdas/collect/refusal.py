"""Why a whole request is not taken: a status, a reason word and a sentence."""


class Refused(Exception):
    """4xx: the sender is wrong, and sending it again won't help. 503: we are, and it will."""

    def __init__(self, status: int, reason: str, message: str, *, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
