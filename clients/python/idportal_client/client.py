"""Takes an idportal's address and a token, gives its API: a method for each operation, named like its `operationId`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

from idportal_client import answers
from idportal_client.pages import Paged
from idportal_client.transport import Transport

Identifier = tuple[str, str]  # kind and value
MOST = 1000  # identifiers or events of one request
Event = Mapping[str, Any]


class Client:
    """Safe to share between threads. Every method raises ApiError, or urllib3's HTTPError where nobody answers.

    What answers 429 or 503 is asked again after the time it says, `retries` times; `timeout` is of a try, in seconds.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 10.0, retries: int = 4) -> None:
        self._api = Transport(url, token, timeout=timeout, retries=retries)
        self._pages = Paged(self._api)

    # Who is this?

    def look_up(self, kind: str, value: str, *, purpose: str | None = None) -> answers.Found:
        """`purpose`: found only where the person agreed to it."""
        return cast(answers.Found, self._api.get("lookup/", {"kind": kind, "value": value, "purpose": purpose}))

    def look_up_batch(self, identifiers: Iterable[Identifier], *, purpose: str = "") -> list[answers.BatchEntry]:
        """An answer for each, in order; any number of them, a thousand a request."""
        named, found = list(_named(identifiers)), list[answers.BatchEntry]()
        for start in range(0, len(named), MOST):
            body = {"identifiers": named[start : start + MOST], "purpose": purpose}
            found += self._api.post("lookup/batch/", body)["results"]
        return found

    def read_identity(self, kind: str, value: str) -> answers.IdentityAnswer:
        return cast(answers.IdentityAnswer, self._api.get("identities/", {"kind": kind, "value": value}))

    # Profiles. An id that was merged away gives the profile that holds it now, with `merged`.

    def list_profiles(self, **filters: str | int | bool) -> Iterator[answers.ProfileSummary]:
        """All that fit, newest first, page by page. Filters: q, kind, who, joined, held, purpose, limit (of a page)."""
        return cast(Iterator[answers.ProfileSummary], self._pages.all("profiles/", filters))

    def read_profile(self, profile_id: str) -> answers.ProfileAnswer:
        return cast(answers.ProfileAnswer, self._api.get(_profile(profile_id)))

    def list_identifiers(self, profile_id: str) -> Iterator[answers.KnownIdentifier]:
        return cast(Iterator[answers.KnownIdentifier], self._pages.all(_profile(profile_id, "identifiers/")))

    def list_events(
        self, profile_id: str, *, since: str | None = None, until: str | None = None
    ) -> Iterator[answers.Event]:
        """Newest first; the times as ISO 8601."""
        query = {"since": since, "until": until}
        return cast(Iterator[answers.Event], self._pages.all(_profile(profile_id, "events/"), query))

    def list_traits(self, profile_id: str) -> list[answers.Trait]:
        return cast(answers.TraitList, self._api.get(_profile(profile_id, "traits/")))["results"]

    def list_links(self, profile_id: str) -> Iterator[answers.LinkAnswer]:
        return cast(Iterator[answers.LinkAnswer], self._pages.all(_profile(profile_id, "links/")))

    def list_held_links(self, profile_id: str) -> Iterator[answers.HeldLinkAnswer]:
        return cast(Iterator[answers.HeldLinkAnswer], self._pages.all(_profile(profile_id, "held-links/")))

    def list_history(self, profile_id: str) -> Iterator[answers.HistoryEntry]:
        return cast(Iterator[answers.HistoryEntry], self._pages.all(_profile(profile_id, "history/")))

    def export_profile(self, profile_id: str) -> answers.ProfileExport:
        return cast(answers.ProfileExport, self._api.get(_profile(profile_id, "export/")))

    def as_of(self, profile_id: str, at: str) -> answers.AsOfAnswer:
        """Who we thought this was at a time (ISO 8601)."""
        return cast(answers.AsOfAnswer, self._api.get("as-of/", {"profile": profile_id, "at": at}))

    # Why?

    def why_together(self, a: Identifier, b: Identifier) -> answers.TogetherAnswer:
        return cast(answers.TogetherAnswer, self._api.get("why-together/", {"a": ":".join(a), "b": ":".join(b)}))

    def why_not(self, a: str, b: str) -> answers.ApartAnswer:
        """Two profiles, by their ids."""
        return cast(answers.ApartAnswer, self._api.get("why-not/", {"a": a, "b": b}))

    def how_built(self, profile_id: str, *, start: int | None = None, limit: int | None = None) -> answers.BuiltAnswer:
        query = {"profile": profile_id, "start": start, "limit": limit}
        return cast(answers.BuiltAnswer, self._api.get("how-built/", query))

    # Sending events

    def send_events(self, events: Sequence[Event]) -> list[answers.EventFate]:
        """What became of each, in order; any number of them, a thousand a request.

        Give each its `messageId`: then sending it again lands it once.
        """
        fates = list[answers.EventFate]()
        for start in range(0, len(events), MOST):
            body = {"events": [dict(event) for event in events[start : start + MOST]]}
            fates += self._api.post("events/", body)["results"]
        return fates

    def identify(self, event: Event) -> answers.Identified:
        """Lands one event and gives the profile that it belongs to, in the same call; `pending`: not resolved yet."""
        return cast(answers.Identified, self._api.post("identify/", dict(event)))

    # Deciding. With `dry_run` nothing is decided, and `effect` says what would be.

    def assert_same(
        self, a: Identifier, b: Identifier, *, reason: str = "", dry_run: bool = False
    ) -> answers.DecisionAnswer:
        body = {"a": _one(a), "b": _one(b), "reason": reason, "dry_run": dry_run}
        return cast(answers.DecisionAnswer, self._api.post("decisions/assert/", body))

    def separate(
        self, a: Iterable[Identifier], b: Iterable[Identifier], *, reason: str = "", dry_run: bool = False
    ) -> answers.DecisionAnswer:
        body = {"a": list(_named(a)), "b": list(_named(b)), "reason": reason, "dry_run": dry_run}
        return cast(answers.DecisionAnswer, self._api.post("decisions/separate/", body))

    def merge_profiles(self, a: str, b: str, *, reason: str = "", dry_run: bool = False) -> answers.DecisionAnswer:
        body = {"a": a, "b": b, "reason": reason, "dry_run": dry_run}
        return cast(answers.DecisionAnswer, self._api.post("decisions/merge/", body))

    def unmerge_profile(
        self, profile_id: str, identifiers: Iterable[Identifier], *, reason: str, dry_run: bool = False
    ) -> answers.DecisionAnswer:
        body = {"identifiers": list(_named(identifiers)), "reason": reason, "dry_run": dry_run}
        return cast(answers.DecisionAnswer, self._api.post(_profile(profile_id, "unmerge/"), body))

    def withdraw_decision(self, decision_id: int, *, reason: str, dry_run: bool = False) -> answers.DecisionAnswer:
        body = {"reason": reason, "dry_run": dry_run}
        return cast(answers.DecisionAnswer, self._api.post(f"decisions/{decision_id}/withdraw/", body))

    # Review

    def list_questions(self, **filters: str | int | bool) -> Iterator[answers.QuestionSummary]:
        """What people are asked, the most urgent first. Filters: show, kind, reason, score, source, sort, limit."""
        return cast(Iterator[answers.QuestionSummary], self._pages.all("review/", filters))

    def read_question(self, question_id: int) -> answers.QuestionAnswer:
        return cast(answers.QuestionAnswer, self._api.get(f"review/{question_id}/"))

    def preview_question(self, question_id: int) -> answers.QuestionEffect:
        return cast(answers.QuestionEffect, self._api.get(f"review/{question_id}/effect/"))

    def answer_question(
        self, question_id: int, answer: str, *, reason: str = "", seen: str | None = None, dry_run: bool = False
    ) -> answers.Replied:
        """`answer`: yes, no or skip. `seen`: the question's `fingerprint`; refused where it has changed since."""
        body = {"answer": answer, "reason": reason, "dry_run": dry_run} | ({"seen": seen} if seen else {})
        return cast(answers.Replied, self._api.post(f"review/{question_id}/answer/", body))

    def undo_answer(self, question_id: int) -> answers.Replied:
        return cast(answers.Replied, self._api.post(f"review/{question_id}/undo/"))

    # Keeping a copy

    def list_changes(
        self, *, after: str | None = None, from_now: bool | None = None, limit: int | None = None
    ) -> answers.ChangePage:
        """One page. Keep `next` with your copy and give it as `after`; ask on while there is `more`."""
        query = {"after": after, "from_now": from_now, "limit": limit}
        return cast(answers.ChangePage, self._api.get("changes/", query))

    def follow_changes(self, *, after: str | None = None, limit: int | None = None) -> Iterator[answers.ChangePage]:
        """Pages up to now. Apply each, and keep its `next`, in one transaction: nothing is lost or done twice."""
        more = True
        while more:
            page = self.list_changes(after=after, limit=limit)
            yield page
            after, more = page["next"], page["more"]

    # Being told (see `is_genuine`, too)

    def list_webhooks(self) -> list[answers.WebhookAnswer]:
        return cast(answers.WebhookList, self._api.get("webhooks/"))["results"]

    def create_webhook(self, name: str, url: str, types: Sequence[str]) -> answers.WebhookMade:
        """With its `secret`, which is told this once."""
        body = {"name": name, "url": url, "types": list(types)}
        return cast(answers.WebhookMade, self._api.post("webhooks/create/", body))

    def read_webhook(self, webhook_id: int) -> answers.WebhookWaiting:
        return cast(answers.WebhookWaiting, self._api.get(f"webhooks/{webhook_id}/"))

    def list_deliveries(self, webhook_id: int, *, failed: bool = False) -> Iterator[answers.DeliveryAnswer]:
        """Every attempt, newest first."""
        found = self._pages.all(f"webhooks/{webhook_id}/deliveries/", {"failed": failed or None})
        return cast(Iterator[answers.DeliveryAnswer], found)

    def test_webhook(self, webhook_id: int) -> answers.DeliveryAnswer:
        return cast(answers.DeliveryAnswer, self._api.post(f"webhooks/{webhook_id}/test/"))

    def replay_delivery(self, webhook_id: int, delivery_id: int) -> answers.DeliveryAnswer:
        path = f"webhooks/{webhook_id}/deliveries/{delivery_id}/replay/"
        return cast(answers.DeliveryAnswer, self._api.post(path))

    def replay_webhook(self, webhook_id: int, since: str) -> answers.Replayed:
        """Everything since a time (ISO 8601), in order, in the background."""
        return cast(answers.Replayed, self._api.post(f"webhooks/{webhook_id}/replay/", {"since": since}))

    def disable_webhook(self, webhook_id: int) -> answers.WebhookAnswer:
        return cast(answers.WebhookAnswer, self._api.post(f"webhooks/{webhook_id}/disable/"))

    def enable_webhook(self, webhook_id: int) -> answers.WebhookAnswer:
        return cast(answers.WebhookAnswer, self._api.post(f"webhooks/{webhook_id}/enable/"))

    # Privacy

    def ask_erasure(self, kind: str, value: str, *, others_too: bool = False) -> answers.ErasureAnswer:
        """Counts what would go; nothing is erased before `confirm_erasure`."""
        body = {"kind": kind, "value": value, "others_too": others_too}
        return cast(answers.ErasureAnswer, self._api.post("erasures/", body))

    def read_erasure(self, erasure_id: int) -> answers.ErasureAnswer:
        return cast(answers.ErasureAnswer, self._api.get(f"erasures/{erasure_id}/"))

    def confirm_erasure(self, erasure_id: int, *, confirm: str) -> answers.ErasureAnswer:
        return cast(answers.ErasureAnswer, self._api.post(f"erasures/{erasure_id}/confirm/", {"confirm": confirm}))

    def export_person(self, kind: str, value: str) -> Iterator[bytes]:
        """A zip with everything held on a person, in parts."""
        return self._api.stream("access/", {"kind": kind, "value": value})

    def export_table(self, table: str, *, format: str = "csv", purpose: str | None = None) -> Iterator[bytes]:  # noqa: A002
        """All profiles, identifiers, links or history as csv, ndjson or parquet, in parts."""
        return self._api.stream(f"export/{quote(table, safe='')}/", {"format": format, "purpose": purpose})


def _profile(profile_id: str, part: str = "") -> str:
    return f"profiles/{quote(profile_id, safe='')}/{part}"


def _one(identifier: Identifier) -> dict[str, str]:
    kind, value = identifier
    return {"kind": kind, "value": value}


def _named(identifiers: Iterable[Identifier]) -> Iterator[dict[str, str]]:
    return (_one(identifier) for identifier in identifiers)
