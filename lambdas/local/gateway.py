"""Takes HTTP requests as API Gateway's HTTP API does, gives them to the real collect function, and its answer back.

Configured by the environment: COLLECT_PORT (8001), COLLECT_HOST (127.0.0.1), COLLECT_REQUESTS_PER_SECOND (1000) and
COLLECT_BURST (as many), above which it answers 429, and what the collect function needs: FIREHOSE_STREAM, AWS_REGION,
AWS_ENDPOINT_URL_FIREHOSE, REGISTRY_URL, REGISTRY_TOKEN, REGISTRY_SECONDS.
"""

import argparse
import json
import os
import signal
import threading
import traceback
from collections.abc import Callable
from typing import Any

from lambdas.local import environment
from lambdas.local.proxy_event import CORS, PREFLIGHT, http_response, proxy_event
from lambdas.local.server import HttpRequest, HttpResponse, Server
from lambdas.local.throttle import Throttle

MAX_BODY = 10 * 1024 * 1024
ROUTE = "POST /v1/events"
REQUESTS_PER_SECOND = 1000

Function = Callable[[dict[str, Any], object], Any]


def gateway(function: Function, *, admits: Callable[[], bool] = lambda: True) -> Callable[[HttpRequest], HttpResponse]:
    """One route, CORS and a health check; the rest is unknown. What isn't admitted never gets to the function."""

    def respond(request: HttpRequest) -> HttpResponse:
        cross_origin = bool(request.header("origin"))
        if request.method == "OPTIONS":
            preflight = cross_origin and bool(request.header("access-control-request-method"))
            return HttpResponse(status=204, headers=PREFLIGHT if preflight else {})
        if (request.method, request.path) == ("GET", "/healthz"):
            return _json(200, {"status": "ok"}, cross_origin)
        if f"{request.method} {request.path}" != ROUTE:
            return _json(404, {"message": "Not Found"}, cross_origin)
        if not admits():
            # AWS says neither for how long nor promises CORS headers: to a page this may look like no answer at all.
            return _json(429, {"message": "Too Many Requests"}, cross_origin=False)
        try:
            return http_response(function(proxy_event(request, route=ROUTE), None), cross_origin=cross_origin)
        except Exception:
            traceback.print_exc()
            return _json(500, {"message": "Internal Server Error"}, cross_origin)

    return respond


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    host = os.environ.get("COLLECT_HOST", "127.0.0.1")
    port = environment.port("COLLECT_PORT", default=8001)
    try:
        respond = gateway(_collect(), admits=_throttle().admits)
        server = Server(host=host, port=port, respond=respond, max_body=MAX_BODY)
    except OSError as error:
        environment.refuse(f"The collect API can't listen on {host}:{port} (COLLECT_PORT): {error.strerror}.")
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    server.serve_in_background()
    print(f"collect API on {server.url}/v1/events", flush=True)
    stop.wait()
    server.finish(seconds=8)


def _collect() -> Function:
    environment.needed("FIREHOSE_STREAM", meaning="the name of the Firehose stream")
    environment.needed("AWS_REGION", meaning="the AWS region of the stream, any name locally")
    environment.needed("REGISTRY_URL", meaning="where the portal answers GET /ingest/v1/registry")
    environment.needed("REGISTRY_TOKEN", meaning="the token that the portal's registry asks for")
    environment.number("REGISTRY_SECONDS", default=30, low=0, high=3600)
    environment.number("PUT_SECONDS", default=5, low=0, high=25)
    from lambdas.collect.handler import handler  # makes its client from the environment just checked

    return handler


def _throttle() -> Throttle:
    """As lambdas/template.yaml sets it, where the burst is one second's requests."""
    rate = environment.number("COLLECT_REQUESTS_PER_SECOND", default=REQUESTS_PER_SECOND, low=1, high=1_000_000)
    return Throttle(rate=rate, burst=environment.number("COLLECT_BURST", default=rate, low=1, high=1_000_000))


def _json(status: int, body: object, cross_origin: bool) -> HttpResponse:
    headers = {"content-type": "application/json", **(CORS if cross_origin else {})}
    return HttpResponse(status=status, headers=headers, body=json.dumps(body, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
