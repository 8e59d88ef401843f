"""From a visit to a webhook, through the real worker and scheduler."""

from collections.abc import Iterator

import pytest

from tests.stack.running import Stack, until
from tests.stack.test_visit import post
from tests.webhooks.receiver import Receiver

MAKE = """
from idportal.webhooks.managing import create_webhook
create_webhook(name="CRM", url={url!r}, types=["profile.created", "profile.merged"])
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    made.start()
    yield made
    made.stop()


def test_what_visits_make_of_profiles_is_told_also_to_a_receiver_that_was_away(
    new_stack: Stack, receiver: Receiver
) -> None:
    new_stack.environ["WEBHOOKS_ALLOW_PRIVATE"] = "true"
    new_stack.start()
    made = new_stack.manage("shell", "-c", MAKE.format(url=receiver.url))
    assert made.returncode == 0, made.stderr
    post(new_stack, {"email": "ada@example.com"})
    post(new_stack, {"anonymous_id": "laptop"})
    until(lambda: receiver.types == ["profile.created"] * 2, "two people are told of", seconds=40)

    receiver.stop()
    post(new_stack, {"email": "ada@example.com", "anonymous_id": "laptop"})
    until(lambda: new_stack.query("SELECT FROM webhooks WHERE failures > 0"), "nobody listens", seconds=40)
    receiver.start()
    until(lambda: len(receiver.types) > 2, "they are one person", seconds=60)
    assert receiver.types[2:] == ["profile.merged"]
    assert receiver.events[2]["data"]["profile_id"] == receiver.events[0]["data"]["profile_id"]
    assert receiver.events[2]["data"]["from_profile_id"] == receiver.events[1]["data"]["profile_id"]
