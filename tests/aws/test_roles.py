"""What each role can not do: of all operations that the services have, it may exactly those that are its work."""

from pathlib import Path

import pytest

from tests.aws.templates import (
    OTHER_NAMES,
    PIPELINE,
    PORTAL,
    exists,
    is_allowed,
    may,
    operations,
    properties,
    resources,
    statements,
    text,
)

STREAM = "arn:aws:firehose:eu-central-1:123456789012:deliverystream/shop-events"
BUCKET = "arn:aws:s3:::<ArchiveBucket>"
SERVICES = ("firehose", "logs", "s3", "kms", "lambda", "secretsmanager", "ecr", "ecs", "rds", "iam", "sts", "sns",
            "dynamodb", "kinesis", "ec2", "ssm", "events", "rds-data", "sqs")  # fmt: skip
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
# Actions for which AWS knows no narrower resource.
WITHOUT_RESOURCE = {"ecr:GetAuthorizationToken"}

ROLES = [(path, role) for path in (PIPELINE, PORTAL) for role in resources(path, "AWS::IAM::Role")]
EACH_ROLE = pytest.mark.parametrize(("path", "role"), ROLES, ids=[role for _, role in ROLES])

MAY = {
    "CollectRole": {"firehose:PutRecordBatch", *LOG},
    "TransformRole": LOG,
    "RotateRole": {
        *LOG,
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    },
    "FirehoseRole": {
        "lambda:InvokeFunction",
        "lambda:GetFunctionConfiguration",
        "s3:GetBucketLocation",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:AbortMultipartUpload",
        "s3:GetObject",
        "s3:PutObject",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "secretsmanager:GetSecretValue",
        "logs:PutLogEvents",
    },
    "ImportRole": {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"},
    "StartRole": {
        *LOG,
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "secretsmanager:GetSecretValue",
    },
    "TaskRole": {
        "secretsmanager:GetSecretValue",
        "s3:ListBucket",
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "kms:Decrypt",
    },
}


@EACH_ROLE
def test_a_role_may_do_its_work_and_nothing_else(path: Path, role: str) -> None:
    every = {f"{service}:{one}" for service in SERVICES for one in operations(service)} | set(OTHER_NAMES)
    everywhere = {where for _, where in may(path, role)} | {"arn:aws:s3:::other/x", "<Other.Arn>"}
    allowed = {action for action in every for where in everywhere if is_allowed(path, role, action, where)}
    assert allowed == MAY[role]
    assert not {action for action in every if is_allowed(path, role, action, "<Other.Arn>")} - WITHOUT_RESOURCE


@EACH_ROLE
def test_no_action_is_misspelt_or_a_pattern_and_no_resource_is_everything(path: Path, role: str) -> None:
    for action, resource in may(path, role):
        assert exists(action), f"{role}: {action} is no action"
        assert "*" not in action
        assert resource not in ("*", "arn:aws:s3:::*") or action in WITHOUT_RESOURCE, f"{role}: {action} on everything"


@EACH_ROLE
def test_a_role_is_lent_to_one_service(path: Path, role: str) -> None:
    document = properties(path, role)["AssumeRolePolicyDocument"]
    [statement] = document["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "sts:AssumeRole"
    assert list(statement["Principal"]) == ["Service"]
    assert statement["Principal"]["Service"].endswith(".amazonaws.com")


@EACH_ROLE
def test_no_role_brings_a_policy_of_others_along_but_for_tracing(path: Path, role: str) -> None:
    managed = properties(path, role).get("ManagedPolicyArns")
    if managed is not None:
        condition, when, otherwise = managed["Fn::If"]
        assert condition == "Traced"
        assert [text(one) for one in when] == ["arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"]
        assert text(otherwise) == "<AWS::NoValue>"


def test_collect_puts_to_its_one_stream_alone() -> None:
    assert is_allowed(PIPELINE, "CollectRole", "firehose:PutRecordBatch", STREAM)
    for other in (STREAM + "-2", STREAM.replace("shop", "other"), STREAM.replace("1234", "9999")):
        assert not is_allowed(PIPELINE, "CollectRole", "firehose:PutRecordBatch", other)
    for action in ("firehose:DeleteDeliveryStream", "firehose:UpdateDestination", "firehose:DescribeDeliveryStream"):
        assert not is_allowed(PIPELINE, "CollectRole", action, STREAM)


def test_firehose_calls_the_alias_and_no_other_function() -> None:
    assert is_allowed(PIPELINE, "FirehoseRole", "lambda:InvokeFunction", "<Transform.Arn>:live")
    for other in ("<Transform.Arn>", "<Transform.Arn>:$LATEST", "<Collect.Arn>:live"):
        assert not is_allowed(PIPELINE, "FirehoseRole", "lambda:InvokeFunction", other)
    assert not is_allowed(PIPELINE, "FirehoseRole", "secretsmanager:GetSecretValue", "<RegistryToken>")
    assert not is_allowed(PIPELINE, "FirehoseRole", "s3:PutObject", "<Archive.Arn>/import/x")
    assert not is_allowed(PIPELINE, "FirehoseRole", "s3:DeleteObject", "<Archive.Arn>/archive/x")


def test_the_portal_reads_archive_and_errors_and_can_neither_change_nor_remove_them() -> None:
    assert is_allowed(PORTAL, "TaskRole", "s3:GetObject", f"{BUCKET}/errors/http-endpoint-failed/2026/x")
    for action in ("s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy", "s3:PutLifecycleConfiguration"):
        assert not is_allowed(PORTAL, "TaskRole", action, f"{BUCKET}/archive/x")
        assert not is_allowed(PORTAL, "TaskRole", action, BUCKET)
    assert not is_allowed(PORTAL, "TaskRole", "s3:GetObject", f"{BUCKET}/import/x")
    assert not is_allowed(PORTAL, "TaskRole", "secretsmanager:GetSecretValue", "<DatabasePassword>")


def test_uploads_are_written_read_and_removed_and_nothing_about_their_bucket_is_changed() -> None:
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"):
        assert is_allowed(PORTAL, "TaskRole", action, "<Uploads.Arn>/a.csv")
        assert not is_allowed(PORTAL, "TaskRole", action, "<Uploads.Arn>")
    assert is_allowed(PORTAL, "TaskRole", "s3:ListBucket", "<Uploads.Arn>")
    for action in ("s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:DeleteBucket", "s3:PutObjectAcl"):
        assert not is_allowed(PORTAL, "TaskRole", action, "<Uploads.Arn>")
        assert not is_allowed(PORTAL, "TaskRole", action, "<Uploads.Arn>/a.csv")


def test_what_only_asks_others_to_work_has_no_role_at_all() -> None:
    assert "TaskRoleArn" not in properties(PORTAL, "BeatTask")
    for name in ("PortalTask", "WorkerTask"):
        assert text(properties(PORTAL, name)["TaskRoleArn"]) == "<TaskRole.Arn>"


@pytest.mark.parametrize(
    ("path", "role", "action", "condition"),
    [
        (PIPELINE, "FirehoseRole", "kms:Decrypt", "kms:ViaService"),
        (PORTAL, "TaskRole", "kms:Decrypt", "kms:ViaService"),
        (PORTAL, "TaskRole", "s3:ListBucket", "s3:prefix"),
        (PORTAL, "ImportRole", "s3:ListBucket", "s3:prefix"),
    ],
)
def test_what_is_wider_than_needed_is_narrowed_by_a_condition(
    path: Path, role: str, action: str, condition: str
) -> None:
    for statement in statements(path, role):
        if action in statement["Action"] and text(statement["Resource"]) != "<Uploads.Arn>":  # all of that is theirs
            assert condition in {key for test in statement["Condition"].values() for key in test}


def test_a_confused_deputy_is_refused() -> None:
    for path, role, condition in [
        (PIPELINE, "FirehoseRole", "sts:ExternalId"),
        (PORTAL, "ImportRole", "aws:SourceAccount"),
        (PORTAL, "StartRole", "aws:SourceAccount"),
        (PORTAL, "TaskRole", "aws:SourceAccount"),
    ]:
        [statement] = properties(path, role)["AssumeRolePolicyDocument"]["Statement"]
        assert condition in {key for test in statement["Condition"].values() for key in test}


def test_a_misspelt_action_would_be_found() -> None:
    assert not exists("firehose:PutRecordBatches")
    assert exists("firehose:PutRecordBatch")
