"""Each alarm, widget and scaling policy looks at a metric that somebody publishes, with dimensions that it has."""

import ast
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from idportal.figures import log_figures
from tests.aws.templates import PIPELINE, PORTAL, ROOT, properties, resources, text

OURS = "idportal/shop"
STREAM = ("DeliveryStreamName",)
# What each namespace publishes of that which is looked at, with the dimensions it has there.
PUBLISHED = {
    "AWS/Firehose": (
        STREAM,
        {
            "BackupToS3.Success",
            "DeliveryToHttpEndpoint.DataFreshness",
            "DeliveryToHttpEndpoint.Records",
            "DeliveryToHttpEndpoint.Success",
            "IncomingRecords",
            "ThrottledRecords",
        },
    ),
    "AWS/ApiGateway": (("ApiId",), {"Count", "4xx", "5xx"}),  # of HTTP APIs; a REST API says 5XXError by ApiName
    "AWS/Lambda": (("FunctionName",), {"Errors", "Throttles"}),
    "AWS/ElastiCache": (("CacheClusterId",), {"DatabaseMemoryUsagePercentage"}),
    "AWS/RDS": (("DBClusterIdentifier",), {"ACUUtilization"}),
}
GREATER, LESS = "GreaterThanThreshold", "LessThanThreshold"
ALARMS: dict[str, tuple[str, str, str, str, str, float, str]] = {
    # name: namespace, metric, of which, statistic, direction, threshold, what no data means
    "DeliveryFails": (
        "AWS/Firehose", "DeliveryToHttpEndpoint.Success", "<Stream>", "Average", LESS, 0.99, "notBreaching",
    ),
    "DeliveryIsOld": (
        "AWS/Firehose", "DeliveryToHttpEndpoint.DataFreshness", "<Stream>", "Maximum", GREATER, 900, "notBreaching",
    ),
    "StreamThrottles": ("AWS/Firehose", "ThrottledRecords", "<Stream>", "Sum", GREATER, 0, "notBreaching"),
    "ArchiveFails": ("AWS/Firehose", "BackupToS3.Success", "<Stream>", "Average", LESS, 1, "notBreaching"),
    "CollectFails": ("AWS/ApiGateway", "5xx", "<FrontDoor>", "Sum", GREATER, 10, "notBreaching"),
    "CollectThrottles": ("AWS/Lambda", "Throttles", "<Collect>", "Sum", GREATER, 0, "notBreaching"),
    "TransformFails": ("AWS/Lambda", "Errors", "<Transform>", "Sum", GREATER, 0, "notBreaching"),
    "ResolutionLags": (OURS, "OldestSeconds", "", "Maximum", GREATER, 600, "breaching"),
    "EventsRejected": (OURS, "Rejected", "", "Maximum", GREATER, 1000, "notBreaching"),
    "BrokerIsFull": (
        "AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "<Broker>-001", "Maximum", GREATER, 80, "notBreaching",
    ),
    "DatabaseIsAtItsLimit": ("AWS/RDS", "ACUUtilization", "<Database>", "Average", GREATER, 90, "notBreaching"),
}  # fmt: skip


def alarms() -> dict[str, tuple[Path, dict[str, Any]]]:
    return {
        name: (path, one["Properties"])
        for path in (PIPELINE, PORTAL)
        for name, one in resources(path, "AWS::CloudWatch::Alarm").items()
    }


def filtered() -> dict[str, str]:
    """The metrics made of log lines, and the value each takes of its line."""
    found = {}
    for one in resources(PORTAL, "AWS::Logs::MetricFilter").values():
        [made] = one["Properties"]["MetricTransformations"]
        assert text(made["MetricNamespace"]) == OURS
        assert text(one["Properties"]["LogGroupName"]) == "<Log>"
        found[made["MetricName"]] = made["MetricValue"]
    return found


def assert_published(namespace: str, metric: str, dimensions: tuple[str, ...]) -> None:
    if namespace == OURS:
        assert metric in filtered()
        assert not dimensions
    else:
        known_dimensions, known = PUBLISHED[namespace]
        assert metric in known
        assert dimensions == known_dimensions


def test_every_alarm_is_in_the_table_and_no_other() -> None:
    assert set(alarms()) == set(ALARMS)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_looks_at_the_right_metric_in_the_right_direction(name: str) -> None:
    path, alarm = alarms()[name]
    dimensions = {one["Name"]: text(one["Value"]) for one in alarm.get("Dimensions", ())}
    namespace = text(alarm["Namespace"])
    assert_published(namespace, alarm["MetricName"], tuple(dimensions))
    assert (
        namespace, alarm["MetricName"], "".join(dimensions.values()), alarm["Statistic"],
        alarm["ComparisonOperator"], alarm["Threshold"], alarm["TreatMissingData"],
    ) == ALARMS[name]  # fmt: skip
    topic = "<Alarms>" if path == PIPELINE else "<AlarmTopicArn>"
    assert [text(one) for one in alarm["AlarmActions"]] == [topic]
    assert alarm["Period"] % 60 == 0
    assert alarm["EvaluationPeriods"] >= 1


def test_the_topic_of_alarms_reaches_the_portals_stack_and_somebodys_mail() -> None:
    assert text(properties(PIPELINE, "Portal")["Parameters"]["AlarmTopicArn"]) == "<Alarms>"
    mail = properties(PIPELINE, "AlarmsByMail")
    assert (text(mail["TopicArn"]), text(mail["Endpoint"])) == ("<Alarms>", "<AlarmEmail>")


def test_every_widget_shows_a_metric_that_is_published() -> None:
    shown = 0
    for widget in json.loads(text(properties(PIPELINE, "Dashboard")["DashboardBody"]))["widgets"]:
        assert widget["properties"]["region"] == "eu-central-1"
        before: list[str] = []
        for row in widget["properties"]["metrics"]:
            whole = [before[at] if one == "." else one for at, one in enumerate(row)]  # a dot repeats what is above
            assert_published(whole[0], whole[1], tuple(whole[2::2]))
            before, shown = whole, shown + 1
    assert shown >= 12


@pytest.mark.parametrize(("policy", "metric"), [("WorkerByQueue", "Queue"), ("WorkerByLag", "OldestSeconds")])
def test_workers_scale_by_a_metric_that_the_worker_publishes(policy: str, metric: str) -> None:
    set_to = properties(PORTAL, policy)
    assert text(set_to["ScalingTargetId"]) == "<WorkerScale>"
    looked_at = set_to["TargetTrackingScalingPolicyConfiguration"]["CustomizedMetricSpecification"]
    assert (text(looked_at["Namespace"]), looked_at["MetricName"], looked_at["Statistic"]) == (OURS, metric, "Average")
    assert metric in filtered()


@pytest.mark.django_db
def test_what_the_metrics_are_made_of_is_in_the_line_that_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(sys, "__stdout__", printed)
    log_figures()
    [line] = printed.getvalue().splitlines()
    told = json.loads(line)
    assert told["hop"] == "figures"
    for value in filtered().values():
        assert isinstance(told[value.removeprefix("$.")], int | float), value
    patterns = {one["Properties"]["FilterPattern"] for one in resources(PORTAL, "AWS::Logs::MetricFilter").values()}
    assert patterns == {'{ $.hop = "figures" }'}


def test_the_line_is_logged_once_a_minute_where_the_filters_look() -> None:
    for name, one in resources(PORTAL, "AWS::ECS::TaskDefinition").items():
        for container in one["Properties"]["ContainerDefinitions"]:
            given = {each["Name"]: each.get("Value") for each in container["Environment"]}
            assert given["LOG_FIGURES"] == "true", name
            assert text(container["LogConfiguration"]["Options"]["awslogs-group"]) == "<Log>"
    says = "from django.conf import settings; print(settings.CELERY_BEAT_SCHEDULE['figures'])"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", says],
        cwd=ROOT, env={**os.environ, "LOG_FIGURES": "true"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    scheduled = ast.literal_eval(done.stdout.strip())
    assert (scheduled["task"], scheduled["schedule"]) == (log_figures.name, 60.0)
