"""Takes a visitor, gives a page of the demo shop, with the real snippet in it; keeps nothing of the visitor."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from idportal.demo.source import demo_source
from idportal.demo.words import PRODUCTS, Product
from ingest.sources import snippet

View = Callable[..., HttpResponseBase]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _policy() -> dict[str, list[str]]:
    """A shop's own: it loads the snippet from the portal, and sends events to the collect API."""
    portal = _origin(settings.PORTAL_URL)
    return {
        "default-src": [NONE],
        "script-src": [SELF, portal],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [_origin(settings.COLLECT_URL)],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }


def _shop_page(view: View) -> View:
    """Only where the demo shop is open, and under its own content security policy."""

    @wraps(view)
    def page(request: HttpRequest, **parts: str) -> HttpResponseBase:
        if not settings.DEMO_SHOP:
            raise Http404
        return csp(_policy())(view)(request, **parts)

    return require_safe(page)


@_shop_page
def shop(request: HttpRequest) -> HttpResponse:
    return _render(request, "demo/shop.html")


@_shop_page
def product(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = _product(slug)
    others = [other for other in PRODUCTS if other is not chosen][:3]
    return _render(request, "demo/product.html", product=chosen, others=others)


@_shop_page
def cart(request: HttpRequest) -> HttpResponse:
    return _render(request, "demo/cart.html")


@_shop_page
def account(request: HttpRequest) -> HttpResponse:
    return _render(request, "demo/account.html")


def _render(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    return render(request, template, {"products": PRODUCTS, "snippet": snippet(demo_source()), **context})


def _product(slug: str) -> Product:
    for candidate in PRODUCTS:
        if candidate.slug == slug:
            return candidate
    raise Http404
