"""Takes nothing, gives what the API's description says first: to somebody with a token and nothing else."""

TEXT = """\
Who is this? Look up identifiers, read merged profiles, follow their changes, and decide.

**Token.** Every request carries one: `Authorization: Bearer idp_…`. An administrator of the portal makes it, with
scopes: `read`, `events` (send events), `decide`, `erase`, `write` (read, events and decide), `admin` (all). Each
endpoint says which it needs.

**Identifiers** are a kind and a value: `email`, `phone`, `user_id`, `anonymous_id` (a browser or a device), and kinds
of your own. Write a value as you have it: it is normalised here, so ` Ada@Example.com` is `ada@example.com`, and
answers give the normalised value. A phone number has its country's code (`+44 20 7946 0958`). Nobody is an answer,
not an error. A kind of your own is kept with its event, and joins nobody and finds nobody until a steward has made a
rule for it.

**A profile is a person as we know them now**, and profiles merge and split. An id that was merged away answers 200
with the profile that holds it now: `merged` is true, `profile_id` is the canonical id, and a header `Link: …;
rel="canonical"` leads there. An id whose person was erased answers 410: drop what you hold of it. One that never was
answers 404. So keep identifiers, or follow the change feed: an id is only right until the next merge.

**Pages.** Ask again with `after` set to `next`, until it is null. The change feed's `next` is never null: keep it,
and ask again at once while `more` is true, later otherwise.

**Errors** are problem details (RFC 9457, `application/problem+json`): decide by `status` and `reason`, a word that
stays; `detail` is a sentence for people, and `errors` says which field.

**Limits.** Each answer says in `RateLimit-Remaining` how many requests are left, and in `RateLimit-Reset` in how many
seconds there are `RateLimit-Limit` again. After 429 wait as many seconds as `Retry-After` says; after 503 a moment.

**Writes** take a header `Idempotency-Key`, any text of your own: sent again with the same key a write gets the same
answer and does nothing twice. So send it again, with the same key, whenever no answer came. Events have a `messageId`
for this, too.

**Times** are ISO 8601.

**Being told.** A webhook, made in the portal or with `create_webhook`, posts to an address of yours: see `webhooks`
in this document.
"""
