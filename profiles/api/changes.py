"""Takes a cursor, gives what changed in the partition after it."""

from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import answers, asking, samples, shown
from profiles.api.endpoint import Answer, described, endpoint, flag, limit, text
from profiles.changes import Place, beginning, changes_after, now
from profiles.ids import public_ids

MOST, USUAL = 1_000, 500


@described(
    name="list_changes",
    tag="Change feed",
    summary="Every change of the partition, in order",
    answer=Answer(answers.ChangePage, sample=samples.FEED),
    problems={400: "A parameter makes no sense."},
    parameters=[
        text("after", "`next` of the answer before; without it, everything there is comes first, as new identifiers."),
        flag("from_now", "Without `after`: only what is to come."),
        limit(MOST, USUAL),
    ],
)
@endpoint("GET")
def changes(request: Request) -> Response:
    """To keep a copy: for each result, in order, note that `identifiers` are in `to_profile_id` from now on; keep
    `next` with the copy. `erased`: drop everything you hold of `from_profile_id`; what is still in it is told right
    after. That alone gives exactly our partition, from nothing and after any pause."""
    size = asking.limit(request, most=MOST, usual=USUAL)
    start = now() if asking.flag(request, "from_now") else beginning()
    place = Place(*asking.after(request, start.change, start.identifier))
    page = changes_after(place, limit=size)
    ids = public_ids(shown.profiles_named(page.changes))
    return Response(
        {
            "results": [shown.feed_change(one, page.named, ids) for one in page.changes],
            "next": asking.cursor(page.place.change, page.place.identifier),
            "more": page.more,
        }
    )
