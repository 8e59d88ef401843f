"""Takes prices and a shape of traffic, gives docs/costs.md: `python docs/costs.py > docs/costs.md`, or with others
`python docs/costs.py firehose_gb=0.031 events_a_post=10`.

The prices are round figures in US dollars from memory of the public lists, not read from a price list: look yours up.
"""

import sys
from dataclasses import dataclass, fields, replace

SECONDS = 30 * 86_400
# What the templates make, however many events come.
SECRETS, KEYS, ALARMS = 9, 1, 11
METRICS = 40  # of the log and of the cluster's insights
ADDRESSES = 3  # two of the load balancer, one of the NAT


@dataclass(frozen=True)
class Assumed:
    """Prices by their unit, then the shape of the traffic, then what the stack's parameters are."""

    api_million: float = 1.11  # HTTP API requests
    lambda_million: float = 0.20
    lambda_gb_second: float = 0.0000133  # arm64
    firehose_gb: float = 0.036  # taken in, each record rounded up to 5 KB
    s3_gb_month: float = 0.0245
    kms_million: float = 3.0
    acu_hour: float = 0.14
    aurora_gb_month: float = 0.119
    aurora_io_million: float = 0.22
    fargate_vcpu_hour: float = 0.0372  # arm64
    fargate_gb_hour: float = 0.0041
    valkey_node_hour: float = 0.03  # cache.t4g.small
    balancer_month: float = 22.0
    nat_month: float = 38.0
    nat_gb: float = 0.052
    waf_month: float = 9.0
    ipv4_hour: float = 0.005  # each public address
    logs_gb: float = 0.63
    secret_month: float = 0.40
    key_month: float = 1.0
    alarm_month: float = 0.10
    metric_month: float = 0.30

    events_a_post: float = 5.0
    bytes_an_event: float = 900.0
    sent_again: float = 0.2  # what leaves with a page goes again with the next, in a post that is made anyway
    row_bytes: float = 1400.0  # in PostgreSQL with its keys, links and indexes
    peak: float = 5.0  # the busiest second against the average one
    months_kept: float = 13.0
    resolved_a_second_and_acu: float = 700.0  # events; measure yours with `make bench`

    records_a_second: float = 100_000.0  # Direct PUT outside the three large Regions
    puts_a_second: float = 1_000.0
    megabytes_a_second: float = 1.0
    collect_concurrency: float = 100.0
    collect_ms: float = 25.0
    transform_seconds_a_megabyte: float = 1.0  # with 1 GB of memory
    requests_a_second: float = 1_000.0
    acu_at_most: float = 16.0


def monthly(a: Assumed, millions: float) -> dict[str, float]:
    """Dollars a month by part."""
    events = millions * 1e6
    posts = events / a.events_a_post
    record = max(5120.0, -(-a.events_a_post * a.bytes_an_event * (1 + a.sent_again) // 5120) * 5120)
    raw_gb = events * a.bytes_an_event * (1 + a.sent_again) / 1e9
    acu = max(1.0, events * a.peak / SECONDS / a.resolved_a_second_and_acu / 2)
    portal = 2 + events * a.peak / SECONDS / 5000
    hours = SECONDS / 3600
    return {
        "front door (API, collect)": posts / 1e6 * (a.api_million + a.lambda_million)
        + posts * a.collect_ms / 1000 * 0.5 * a.lambda_gb_second,
        "Firehose": posts * record / 1e9 * a.firehose_gb,
        "transformation": raw_gb * 1000 * a.transform_seconds_a_megabyte * a.lambda_gb_second,
        "archive (S3, KMS)": raw_gb * 0.2 * a.months_kept * a.s3_gb_month + a.kms_million * 0.1,
        "Aurora": 2 * acu * hours * a.acu_hour  # the reader, first to be promoted, is kept as large as the writer
        + events * a.row_bytes / 1e9 * a.months_kept * a.aurora_gb_month
        + events * 4 / 1e6 * a.aurora_io_million,
        "tasks (Fargate)": hours
        * ((portal + 1.5) * (a.fargate_vcpu_hour + 2 * a.fargate_gb_hour) + 2 * a.fargate_gb_hour),
        "Valkey": 3 * hours * a.valkey_node_hour,
        "network (balancer, NAT, WAF)": a.balancer_month
        + a.nat_month
        + a.waf_month
        + raw_gb * 0.1 * a.nat_gb
        + ADDRESSES * hours * a.ipv4_hour,
        "logs": posts * 250 / 1e9 * a.logs_gb + 1,
        "secrets, keys, alarms, metrics": SECRETS * a.secret_month
        + KEYS * a.key_month
        + ALARMS * a.alarm_month
        + METRICS * a.metric_month,
    }


def limits(a: Assumed, millions: float) -> list[tuple[str, float]]:
    """How full each limit is at the peak; the fullest first."""
    a_second = millions * 1e6 / SECONDS * a.peak
    posts = a_second / a.events_a_post
    used = {
        "Firehose MB/s (quota; asks for more by itself, slowly)": a_second
        * a.bytes_an_event
        * (1 + a.sent_again)
        / 1e6
        / a.megabytes_a_second,
        "Firehose puts/s (quota)": posts / a.puts_a_second,
        "Firehose records/s (quota)": posts / a.records_a_second,
        "CollectConcurrency": posts * a.collect_ms / 1000 / a.collect_concurrency,
        "CollectRequestsPerSecond": posts / a.requests_a_second,
        "DatabaseMaxCapacity": a_second / a.resolved_a_second_and_acu / a.acu_at_most,
    }
    return sorted(used.items(), key=lambda item: -item[1])


def page(a: Assumed) -> str:
    sizes = (1, 100, 1000)
    costs = [monthly(a, size) for size in sizes]
    lines = [
        "# What it costs, and what is full first",
        "",
        "Computed by `docs/costs.py` from named prices; change one by `python docs/costs.py firehose_gb=0.031`. They",
        "are round figures written from memory in November 2026, compared with no price list: **look yours up",
        "before you trust a sum**, at <https://calculator.aws/> or on each service's page under <https://aws.amazon.com/pricing/>.",
        "",
        "| US dollars a month | " + " | ".join(f"{size:,} million events" for size in sizes) + " |",
        "|---|" + "--:|" * len(sizes),
    ]
    lines += [f"| {part} | " + " | ".join(f"{cost[part]:,.0f}" for cost in costs) + " |" for part in costs[0]]
    lines += ["| **all** | " + " | ".join(f"**{sum(cost.values()):,.0f}**" for cost in costs) + " |", ""]
    lines += ["How full each limit is in the busiest second (more than 100 % must be raised first):", ""]
    lines += ["| limit | " + " | ".join(f"{size:,} million" for size in sizes) + " |", "|---|" + "--:|" * len(sizes)]
    used = [dict(limits(a, size)) for size in sizes]
    lines += [
        f"| {name} | " + " | ".join(f"{one[name]:.1%}" for one in used) + " |" for name, _ in limits(a, sizes[-1])
    ]
    lines += ["", f"First at {sizes[-1]:,} million: **{limits(a, sizes[-1])[0][0]}**.", "", "Assumed:", ""]
    lines += [f"- `{field.name}` = {getattr(a, field.name):,g}" for field in fields(a)]
    return "\n".join(lines) + "\n"


def main() -> None:
    changed = dict(one.partition("=")[::2] for one in sys.argv[1:])
    unknown = set(changed) - {field.name for field in fields(Assumed)}
    if unknown:
        sys.exit(f"no such assumption: {', '.join(sorted(unknown))}")
    sys.stdout.write(page(replace(Assumed(), **{name: float(value) for name, value in changed.items()})))


if __name__ == "__main__":
    main()
