"""Viewers see of a person only the traits that somebody opened."""

from io import StringIO

from django.core.management import call_command
from django.test import Client

from idportal.accounts.models import User
from profiles.identities import profile_of
from profiles.ids import public_id
from tests.pages import crowd


def page(people: dict[str, User], role: str, public: str) -> str:
    client = Client()
    client.force_login(people[role])
    return client.get(f"/profiles/{public}/").content.decode()


def test_a_trait_is_hidden_from_viewers_until_it_is_opened_and_again_after(people: dict[str, User]) -> None:
    crowd.bring(crowd.record(crowd.event(userId="zed", traits={"plan": "gold-plated"}), source=crowd.shop()))
    crowd.resolve()
    public = public_id(profile_of(kind="user_id", value="zed") or 0)
    assert "gold-plated" in page(people, "analyst", public)
    assert "gold-plated" not in page(people, "viewer", public)
    out = StringIO()
    call_command("personal_traits", "--open", "plan", stdout=out)
    assert out.getvalue() == "plan\n"
    assert "gold-plated" in page(people, "viewer", public)
    call_command("personal_traits", "--hide", "plan", stdout=StringIO())
    assert "gold-plated" not in page(people, "viewer", public)
