"""Takes a value, gives the markup that every page shows it with: icons, moments, identifiers, the theme."""

import json
import re
from datetime import datetime
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.contrib.messages.storage.base import Message
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from profiles.review.questions import MANY, open_questions

register = template.Library()

THEMES = ("light", "dark")
KIND_ICONS = {"user_id": "id-badge-2", "email": "mail", "phone": "phone", "anonymous_id": "cookie"}
TYPE_ICONS = {"identify": "fingerprint", "track": "click", "page": "world-www", "alias": "arrows-exchange"}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A drawing beside words; screen readers skip it."""
    return format_html(
        '<svg class="icon {}" width="24" height="24" aria-hidden="true"><use href="{}#{}"></use></svg>',
        classes, static("vendor/tabler-icons.svg"), name,
    )  # fmt: skip


@register.filter
def with_code(text: str) -> SafeString:
    """What stands between `such marks` is code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if place % 2 else part,) for place, part in parts)
    )


@register.simple_tag
def type_icon(event_type: str) -> SafeString:
    return icon(TYPE_ICONS.get(event_type, "bolt"))


@register.simple_tag
def moment(at: datetime | None, otherwise: str = "never") -> SafeString | str:
    """How long ago, with the exact time on hover."""
    if at is None:
        return otherwise
    exact = localtime(at).strftime("%d %b %Y, %H:%M:%S %Z")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(timespec="milliseconds"), exact, naturaltime(at)
    )


@register.simple_tag
def clock(at: datetime) -> SafeString:
    """The exact time, for lists that are read line by line."""
    local = localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(timespec="milliseconds"),
        local.strftime("%d %b %Y, %H:%M:%S.%f %Z"), local.strftime("%d %b, %H:%M:%S"),
    )  # fmt: skip


@register.inclusion_tag("parts/identifier.html")
def identifier(kind: str, value: str) -> dict[str, str]:
    return {"kind": kind, "value": value, "icon": KIND_ICONS.get(kind, "tag")}


@register.filter
def words(name: str) -> str:
    """A name from the data as people write it: anonymous_id, not_a_phone, firstName."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").lower()


@register.simple_tag
def undo_of(message: Message) -> str:
    """Where the decision is undone that a message tells of; "" where it tells of none."""
    tag = next((tag for tag in (message.extra_tags or "").split() if tag.startswith("undo-")), "")
    return reverse("decision_undo", args=[int(tag.removeprefix("undo-"))]) if tag else ""


@register.filter
def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)


@register.filter
def flat(value: Any) -> str:
    """A trait as people would write it on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{words(str(name))}: {flat(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(flat(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def lines(values: list[str]) -> str:
    return "\n".join(values)


@register.filter
def seconds(value: float) -> str:
    """A delay in the unit that people would say it in."""
    for limit, size, unit in ((1, 0.001, "ms"), (100, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if value < limit:
            return f"{value / size:.1f} {unit}" if unit == "s" else f"{value / size:.0f} {unit}"
    return f"{value / 86400:.0f} days"


@register.filter
def compact(number: int) -> str:
    """A count that fits a card: 9,812 and 1.2 million."""
    if number < 100_000:
        return f"{number:,}"
    return f"{number / 1_000_000:,.1f} million" if number >= 1_000_000 else f"{number / 1000:,.0f} thousand"


@register.filter
def share(value: float) -> str:
    """A probability or a rate in percent, exact where it matters: 99.95 %, 50 %, 0.003 %."""
    percent = value * 100
    if percent >= 99:
        return f"{percent:.4g} %" if percent <= 99.99 else "over 99.99 %" if percent < 100 else "100 %"
    return f"{percent:.3g} %" if percent >= 0.001 else "under 0.001 %"


@register.simple_tag(takes_context=True)
def theme(context: RequestContext) -> str:
    """The theme that the person chose; "" leaves it to their device."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def keys(context: RequestContext) -> str:
    """Whether single letters are keys for this person: "on" or "off"."""
    request = context.get("request")
    return "off" if request and request.COOKIES.get("keys") == "off" else "on"


@register.simple_tag
def waiting_questions() -> str:
    """How many questions wait for a person, for the navigation; "" for none."""
    waiting = open_questions()
    return f"{MANY - 1}+" if waiting >= MANY else f"{waiting:,}" if waiting else ""


@register.filter
def is_at(path: str, url: str) -> bool:
    """Whether a page is the one that a link of the sidebar leads to, or below it."""
    return path == url or (url != "/" and path.startswith(url))


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key, "")


@register.filter
def place(point: tuple[datetime, int]) -> str:
    """A place in a timeline as a query string."""
    return urlencode({"time": point[0].isoformat(), "event": str(point[1])})
