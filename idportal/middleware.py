"""Takes the answer to a person who is logged in, gives it with the word that nobody may keep a copy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers, patch_vary_headers

Answer = Callable[[HttpRequest], HttpResponse]


def no_copies_of_personal_pages(get_response: Answer) -> Answer:
    """Neither after log-out nor on a shared machine; and the part of a page is never taken for the page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            patch_vary_headers(response, ["HX-Request"])
        return response

    return answer
