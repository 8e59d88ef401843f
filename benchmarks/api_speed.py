"""A single look-up against a bare Django view that returns the same bytes, under the same server, turn by turn.

python -m benchmarks.api_speed [--seconds 3] [--rounds 5] [--connections 8]
"""

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from urllib.parse import quote

from idportal import embedded

PEOPLE = 2_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_people() -> str:
    """Profiles to ask for; gives a token."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    import uuid

    from ingest.posting import post_events, source_named
    from profiles.api.clients import create_client
    from profiles.resolution import resolve_pending

    events = [
        {"type": "identify", "userId": f"u{n}", "traits": {"email": f"p{n}@bench.example"}} for n in range(PEOPLE)
    ]
    post_events(events, source=source_named("bench"))
    resolve_pending()
    return create_client(name=f"bench {uuid.uuid4()}", scopes=["read"], rate_limit=10_000_000).token


def serve(port: int, answer: str) -> "subprocess.Popen[bytes]":
    """As the portal is served; see idportal/stack/become.py."""
    command = [
        sys.executable, "-m", "granian", "benchmarks.api_server:application", "--interface", "wsgi", "--http", "1",
        "--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--blocking-threads", "8", "--backpressure", "16",
        "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    return subprocess.Popen(command, env=os.environ | {"BARE_BYTES": answer})


async def load(port: int, requests: list[bytes], *, seconds: float, connections: int) -> list[float]:
    """The time of each answer, over connections that are kept."""
    times: list[float] = []
    ends = time.perf_counter() + seconds

    async def one(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        place = first
        while (began := time.perf_counter()) < ends:
            writer.write(requests[place % len(requests)])
            place += connections
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head)
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one(n) for n in range(connections)))
    return times


def row(name: str, times: list[list[float]], seconds: float) -> tuple[float, float]:
    rate = statistics.median(len(t) / seconds for t in times)
    p99 = statistics.median(statistics.quantiles(t, n=100)[98] for t in times)
    p50 = statistics.median(statistics.median(t) for t in times)
    print(f"{name:<28} {rate:>10,.0f} {p50 * 1000:>9.2f} {p99 * 1000:>9.2f}")
    return rate, p99


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=8)
    asked = parser.parse_args()
    with embedded.services():
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")
        django.setup()
        token, port = make_people(), free_port()
        head = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        lookups = [
            f"GET /api/v1/lookup/?kind=email&value={quote(f'p{n}@bench.example')}{head}".encode() for n in range(PEOPLE)
        ]
        answer = '{"kind":"email","value":"p1000@bench.example","found":true,"profile_id":"%s"}' % ("0" * 36)
        query = f"?kind=email&value={quote('p1000@bench.example')}{head}"
        bare, barest = ([f"GET /api/v1/{name}/{query}".encode()] for name in ("bare", "barest"))
        server = serve(port, answer)
        try:
            for _ in range(100):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz")
                    break
                except OSError:
                    time.sleep(0.2)
            run = {"bare Django view": bare, "the same before page parts": barest, "look-up, from memory": lookups}
            for requests in run.values():
                asyncio.run(load(port, requests, seconds=asked.seconds, connections=asked.connections))
            times: dict[str, list[list[float]]] = {name: [] for name in run}
            for _ in range(asked.rounds):
                for name, requests in run.items():
                    times[name].append(
                        asyncio.run(load(port, requests, seconds=asked.seconds, connections=asked.connections))
                    )
        finally:
            server.terminate()
            server.wait(20)
    print(f"{'':<28} {'requests/s':>10} {'p50 ms':>9} {'p99 ms':>9}   ({asked.connections} connections)")
    rates = [row(name, said, asked.seconds) for name, said in times.items()]
    costs = [rate / rates[2][0] for rate, _ in rates]
    print(f"a look-up costs {costs[0]:.2f} times the bare view (aim: at most 1.5), {costs[1]:.2f} times the barest")


if __name__ == "__main__":
    main()
