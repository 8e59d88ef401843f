"""The templates are well formed, and hold what a linter doesn't look for."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from idportal.stack.become import STREAM
from ingest.views.deliver import MAX_BODY
from tests.aws.templates import PIPELINE, PORTAL, ROOT, properties, resources, some, template, text

BOTH = pytest.mark.parametrize("path", [PIPELINE, PORTAL], ids=lambda path: path.name)
STATELESS = {"Alarms", "Dashboard"}


@BOTH
def test_cfn_lint_finds_nothing(path: Path) -> None:
    # W1101: YAML's aliases need `sam deploy`, which is the one way described.
    command = [
        sys.executable,
        "-c",
        "from cfnlint.runner.cli import main; main()",
        "-t",
        str(path),
        "-r",
        "eu-central-1",
        "-i",
        "W1101",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def destination() -> dict[str, Any]:
    return dict(properties(PIPELINE, "Stream")["HttpEndpointDestinationConfiguration"])


def parameter(name: str) -> dict[str, Any]:
    return dict(template(PIPELINE)["Parameters"][name])


def processor() -> dict[str, str]:
    [one] = destination()["ProcessingConfiguration"]["Processors"]
    return {each["ParameterName"]: text(each["ParameterValue"]) for each in one["Parameters"]}


def test_a_delivery_stays_below_what_the_endpoint_takes() -> None:
    """Firehose takes 1 to 64 MB of buffer; more than the endpoint's body limit could never be delivered."""
    hints = destination()["BufferingHints"]
    assert text(hints["SizeInMBs"]) == "<BufferMegabytes>"
    assert text(hints["IntervalInSeconds"]) == "<BufferSeconds>"
    size, seconds = parameter("BufferMegabytes"), parameter("BufferSeconds")
    assert 1 <= size["MinValue"] <= size["Default"] <= size["MaxValue"] <= 64
    assert size["MaxValue"] * 1_048_576 * 4 / 3 * 2 < MAX_BODY  # base64, and Firehose may choose twice the size
    assert 0 <= seconds["MinValue"] <= seconds["Default"] <= seconds["MaxValue"] <= 900
    assert (size["Default"], seconds["Default"]) == (1, 60)


def test_the_transformations_answer_stays_below_six_megabytes() -> None:
    assert processor()["BufferSizeInMBs"] == "<TransformBufferMegabytes>"
    assert processor()["BufferIntervalInSeconds"] == "<TransformBufferSeconds>"
    size = parameter("TransformBufferMegabytes")
    assert 0.2 <= size["MinValue"] <= size["Default"] <= size["MaxValue"] <= 3
    assert size["MaxValue"] * 2 * 4 / 3 < 6  # records may double, and are base64
    assert properties(PIPELINE, "Transform")["Timeout"] <= 300


def test_firehose_tries_as_long_as_it_can_and_archives_everything() -> None:
    assert parameter("RetrySeconds")["Default"] == parameter("RetrySeconds")["MaxValue"] == 7200
    assert destination()["S3BackupMode"] == "AllData"
    assert "!{firehose:error-output-type}" in destination()["S3Configuration"]["ErrorOutputPrefix"]


def test_the_transformation_is_called_by_its_alias() -> None:
    """Firehose's role may call the alias alone; the unqualified function would be denied."""
    assert processor()["LambdaArn"] == "<Transform.Alias>"
    assert properties(PIPELINE, "Transform")["AutoPublishAlias"] == "live"


def test_payloads_have_format_two_and_the_route_is_the_one_of_the_local_gateway() -> None:
    from lambdas.local.gateway import ROUTE

    [event] = properties(PIPELINE, "Collect")["Events"].values()
    assert event["Properties"]["PayloadFormatVersion"] == "2.0"
    assert f"{event['Properties']['Method']} {event['Properties']['Path']}" == ROUTE


def test_time_outs_end_from_the_inside_out() -> None:
    collect = properties(PIPELINE, "Collect")
    put = float(collect["Environment"]["Variables"]["PUT_SECONDS"])
    [event] = collect["Events"].values()
    gateway = event["Properties"]["TimeoutInMillis"] / 1000
    assert put + 5 < collect["Timeout"] < gateway <= 30
    attributes = {one["Key"]: one["Value"] for one in properties(PORTAL, "Balancer")["LoadBalancerAttributes"]}
    assert int(attributes["idle_timeout.timeout_seconds"]) > 180


def test_addresses_are_those_of_the_portal() -> None:
    url = f"https://<PortalDomain>{reverse('deliver')}"
    assert text(destination()["EndpointConfiguration"]["Url"]) == url
    variables = properties(PIPELINE, "Collect")["Environment"]["Variables"]
    assert text(variables["REGISTRY_URL"]) == f"https://<PortalDomain>{reverse('registry')}"


def test_the_firewall_lets_programs_pass_and_slows_guessers_down() -> None:
    """The common rules stop bodies of more than 8 KB, and what strangers typed looks like attacks; an API client's own
    limit is far above that of an address, and answers 429."""
    rules = {one["Name"]: one["Statement"] for one in properties(PORTAL, "Firewall")["Rules"]}

    def searched(statement: dict[str, Any]) -> str:
        return str(statement["ByteMatchStatement"]["SearchString"])

    common = rules["common"]["ManagedRuleGroupStatement"]["ScopeDownStatement"]["NotStatement"]["Statement"]
    let_by = tuple(map(searched, common["OrStatement"]["Statements"]))
    assert all(reverse(name).startswith(let_by) for name in ("deliver", "registry", "api_lookup"))
    assert not reverse("login").startswith(let_by)
    assert rules["rate"]["RateBasedStatement"]["ScopeDownStatement"]["NotStatement"]["Statement"] == common
    assert searched(rules["log-in"]["RateBasedStatement"]["ScopeDownStatement"]) == reverse("login")


@BOTH
def test_every_function_has_a_role_a_log_with_an_end_and_a_share_of_its_own(path: Path) -> None:
    for name, one in resources(path, "AWS::Serverless::Function").items():
        own = one["Properties"]
        log = properties(path, text(own["LoggingConfig"]["LogGroup"]).strip("<>"))
        assert text(log["RetentionInDays"]) == "<LogDays>"
        assert text(log["LogGroupName"]).startswith("/aws/lambda/shop-"), name
        assert "ReservedConcurrentExecutions" in own
        assert (ROOT / (own["Handler"].rpartition(".")[0].replace(".", "/") + ".py")).is_file()
        assert text(own["Role"]) == f"<{name}Role.Arn>"


def test_what_holds_data_is_kept_encrypted_and_private() -> None:
    for path, name in [
        (PIPELINE, "Archive"),
        (PIPELINE, "ArchiveKey"),
        (PORTAL, "DjangoSecret"),
        (PORTAL, "PrivacyKey"),
    ]:
        assert template(path)["Resources"][name]["DeletionPolicy"] == "Retain"
    database = properties(PORTAL, "Database")
    assert template(PORTAL)["Resources"]["Database"]["DeletionPolicy"] == "Snapshot"
    assert database["StorageEncrypted"] is database["DeletionProtection"] is True
    assert template(PORTAL)["Parameters"]["BackupDays"]["Default"] >= 7
    assert set(properties(PIPELINE, "Archive")["PublicAccessBlockConfiguration"].values()) == {True}
    for name in ("Writer", "Reader"):
        assert properties(PORTAL, name)["PubliclyAccessible"] is False
    for name in ("Broker", "Cache"):
        valkey = properties(PORTAL, name)
        assert valkey["TransitEncryptionEnabled"] is valkey["AtRestEncryptionEnabled"] is True
    for name, service in resources(PORTAL, "AWS::ECS::Service").items():
        assert service["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED", (
            name
        )


def test_the_database_can_run_the_schedule_and_logs_no_values() -> None:
    set_to = properties(PORTAL, "DatabaseParameters")["Parameters"]
    assert "pg_cron" in set_to["shared_preload_libraries"]
    assert set_to["cron.database_name"] == properties(PORTAL, "Database")["DatabaseName"]
    assert (set_to["log_statement"], set_to["log_min_error_statement"]) == ("none", "panic")


def test_the_broker_forgets_nothing_and_speaks_what_celery_understands() -> None:
    for name, policy in [("BrokerParameters", "noeviction"), ("CacheParameters", "volatile-ttl")]:
        set_to = properties(PORTAL, name)["Properties"]
        assert (set_to["maxmemory-policy"], set_to["cluster-enabled"]) == (policy, "no")
    assert not resources(PORTAL, "AWS::ElastiCache::ServerlessCache")


def test_only_the_load_balancer_is_open_to_the_world() -> None:
    groups = resources(PORTAL, "AWS::EC2::SecurityGroup")
    is_open = {
        name
        for name, one in groups.items()
        if any("CidrIp" in rule for rule in one["Properties"]["SecurityGroupIngress"])
    }
    assert is_open == {"BalancerGroup"}


def test_migrations_are_done_by_one_task_at_a_time_before_beat() -> None:
    containers = {one["Name"]: one for one in properties(PORTAL, "BeatTask")["ContainerDefinitions"]}
    assert containers["beat"]["DependsOn"] == [{"ContainerName": "migrate", "Condition": "SUCCESS"}]
    service = properties(PORTAL, "BeatService")
    assert service["DesiredCount"] == 1
    assert service["DeploymentConfiguration"]["MaximumPercent"] == 100
    with_migrations = [
        name
        for name, one in resources(PORTAL, "AWS::ECS::TaskDefinition").items()
        if any(each["Command"] == ["migrate"] for each in one["Properties"]["ContainerDefinitions"])
    ]
    assert with_migrations == ["BeatTask"]


def test_no_secret_stands_in_a_templates_text() -> None:
    for one in resources(PORTAL, "AWS::ECS::TaskDefinition").values():
        for container in one["Properties"]["ContainerDefinitions"]:
            given = {each["Name"] for each in container["Environment"]}
            secret = {"DATABASE_PASSWORD", "SECRET_KEY", "PRIVACY_KEY", "EMAIL_URL"}
            assert not {name for name in given if "PASSWORD" in name or name in secret | {"REGISTRY_TOKEN"}}
            assert secret <= {each["Name"] for each in container["Secrets"]}


def test_single_sign_on_is_set_from_outside_and_its_secret_is_kept() -> None:
    given = properties(PIPELINE, "Portal")["Parameters"]
    container = properties(PORTAL, "PortalTask")["ContainerDefinitions"][0]
    told = {one["Name"]: text(one["Value"]).strip("<>") for one in container["Environment"]}
    for name in ("SSO_ISSUER", "SSO_CLIENT_ID", "SSO_NEW_PEOPLE", "SSO_ROLES", "SSO_EMAIL_DOMAINS", "SSO_ONLY"):
        assert text(given[told[name]]).strip("<>") == told[name]
    assert "SSO_CLIENT_SECRET" in {one["Name"] for one in container["Secrets"]}
    assert template(PORTAL)["Resources"]["SsoClientSecret"]["DeletionPolicy"] == "Retain"


def test_the_nested_stack_gets_each_parameter_that_has_no_default() -> None:
    given = set(properties(PIPELINE, "Portal")["Parameters"])
    known = template(PORTAL)["Parameters"]
    assert given <= set(known)
    assert {name for name, one in known.items() if "Default" not in one} <= given


@BOTH
def test_alarms_say_what_is_wrong_and_tell_somebody(path: Path) -> None:
    alarms = resources(path, "AWS::CloudWatch::Alarm")
    for name, one in alarms.items():
        assert len(one["Properties"]["AlarmDescription"]) > 30, name
        assert some(one["Properties"]["AlarmActions"]), name
    wanted = {
        PIPELINE: {"DeliveryFails", "DeliveryIsOld", "CollectThrottles"},
        PORTAL: {"ResolutionLags", "EventsRejected"},
    }
    assert wanted[path] <= set(alarms)


def test_the_dashboard_is_json() -> None:
    widgets = json.loads(text(properties(PIPELINE, "Dashboard")["DashboardBody"]))["widgets"]
    assert len(widgets) == 4


def test_the_access_log_holds_no_personal_data() -> None:
    told = properties(PIPELINE, "FrontDoor")["AccessLogSettings"]["Format"]
    assert json.loads(told)
    for named in ("sourceIp", "userAgent", "identity", "$context.path"):
        assert named not in told


def test_the_streams_name_is_the_local_ones_pattern() -> None:
    assert STREAM.endswith("-events")
    assert text(properties(PIPELINE, "Stream")["DeliveryStreamName"]) == "shop-events"


def test_the_front_door_is_throttled_and_lets_browsers_in() -> None:
    door = properties(PIPELINE, "FrontDoor")
    assert text(door["DefaultRouteSettings"]["ThrottlingRateLimit"]) == "<CollectRequestsPerSecond>"
    assert text(door["DefaultRouteSettings"]["ThrottlingBurstLimit"]) == "<CollectRequestsPerSecond>"
    assert text(door["CorsConfiguration"]["AllowOrigins"]) == "<CollectOrigins>"
    assert {"POST", "OPTIONS"} <= set(door["CorsConfiguration"]["AllowMethods"])
    assert text(properties(PIPELINE, "AccessLog")["RetentionInDays"]) == "<LogDays>"


def test_archive_and_errors_end_and_are_encrypted_by_a_key_that_rotates() -> None:
    bucket = properties(PIPELINE, "Archive")
    ends = {one["Prefix"] for one in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in one}
    assert ends == {"archive/", "errors/"}
    [encrypted] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encrypted["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert properties(PIPELINE, "ArchiveKey")["EnableKeyRotation"] is True
    rotation = properties(PIPELINE, "AccessKeyRotation")
    assert text(rotation["RotationRules"]["AutomaticallyAfterDays"]) == "<KeyRotationDays>"


def test_uploads_are_shared_by_portal_and_worker_private_encrypted_and_end() -> None:
    uploads = properties(PORTAL, "Uploads")
    assert set(uploads["PublicAccessBlockConfiguration"].values()) == {True}
    assert "VersioningConfiguration" not in uploads  # a version that is kept would outlive its import
    [encrypted] = uploads["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encrypted["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    [rule] = uploads["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 14)
    assert "Prefix" not in rule
    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 1
    [denied] = properties(PORTAL, "UploadsPolicy")["PolicyDocument"]["Statement"]
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    for name in ("PortalTask", "WorkerTask"):
        [container] = properties(PORTAL, name)["ContainerDefinitions"]
        given = {one["Name"]: text(one["Value"]) for one in container["Environment"]}
        assert given["IMPORTS_BUCKET"] == "<Uploads>"


def test_workers_scale_by_queue_and_by_lag_and_the_portal_by_load() -> None:
    policies = resources(PORTAL, "AWS::ApplicationAutoScaling::ScalingPolicy")
    assert {"WorkerByQueue", "WorkerByLag", "PortalByLoad"} <= set(policies)
    assert properties(PORTAL, "Https")["SslPolicy"].startswith("ELBSecurityPolicy-TLS13")
    assert resources(PORTAL, "AWS::WAFv2::WebACLAssociation")
