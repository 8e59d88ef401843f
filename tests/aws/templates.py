"""Takes a template's file, gives it as plain values, with the names of a made-up account filled in."""

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from cfnlint.decode import decode

ROOT = Path(__file__).parents[2]
PIPELINE, PORTAL = ROOT / "lambdas" / "template.yaml", ROOT / "lambdas" / "portal.yaml"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "shop",
    "Name": "shop",
}
# What IAM calls differently from the API.
OTHER_NAMES = {
    "s3:ListBucket": "s3:ListObjectsV2",
    "s3:ListBucketMultipartUploads": "s3:ListMultipartUploads",
    "lambda:InvokeFunction": "lambda:Invoke",
}
# What IAM knows and the API has under another operation or none.
NO_OPERATION = {"rds-db:connect"}


@cache
def template(path: Path) -> dict[str, Any]:
    found, problems = decode(str(path))
    assert not problems, problems
    return dict(found)


def resources(path: Path, kind: str = "") -> dict[str, dict[str, Any]]:
    return {name: one for name, one in template(path)["Resources"].items() if kind in ("", one["Type"])}


def properties(path: Path, name: str) -> dict[str, Any]:
    return dict(template(path)["Resources"][name]["Properties"])


def text(value: Any) -> str:
    """A value as it will be, references to resources as `<Name>` or `<Name.Attribute>`."""
    if isinstance(value, dict):
        [(function, argument)] = value.items()
        if function == "Ref":
            return PSEUDO.get(argument, f"<{argument}>")
        if function == "Fn::GetAtt":
            return f"<{argument if isinstance(argument, str) else '.'.join(argument)}>"
        if function == "Fn::Sub":
            return re.sub(r"\$\{([^}!]+)\}", lambda found: PSEUDO.get(found[1], f"<{found[1]}>"), argument)
        raise AssertionError(f"{function} in a text")
    return str(value)


def some(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def statements(path: Path, role: str) -> list[dict[str, Any]]:
    """All that a role may: of its own policies, and of those beside it."""
    documents = [one["PolicyDocument"] for one in properties(path, role).get("Policies", ())]
    for one in resources(path, "AWS::IAM::RolePolicy").values():
        if text(one["Properties"]["RoleName"]) == f"<{role}>":
            documents.append(one["Properties"]["PolicyDocument"])
    return [dict(statement) for document in documents for statement in document["Statement"]]


def may(path: Path, role: str) -> set[tuple[str, str]]:
    """(action, resource) pairs, as written."""
    return {
        (action, text(resource))
        for statement in statements(path, role)
        for action in some(statement["Action"])
        for resource in some(statement["Resource"])
    }


def is_allowed(path: Path, role: str, action: str, resource: str) -> bool:
    return any(fnmatchcase(action, one) and fnmatchcase(resource, where) for one, where in may(path, role))


@cache
def operations(service: str) -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_service_model(service).operation_names)


def exists(action: str) -> bool:
    service, _, operation = OTHER_NAMES.get(action, action).partition(":")
    return action in NO_OPERATION or operation in operations(service)
