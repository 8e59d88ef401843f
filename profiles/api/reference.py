"""Takes the API's own description, gives what the reference pages show of each endpoint."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from profiles.api import samples
from profiles.api.described import document

DEEPEST = 3
TAGS = ("Look-up", "Profiles", "Change feed", "Write", "Decide", "Review", "Why", "Export", "Privacy", "Webhooks")
# What stands in a path, where an example needs it.
PLACES = {
    "public": samples.ADA,
    "table": "profiles",
    "decision_id": "7",
    "question_id": "12",
    "webhook_id": "3",
    "delivery_id": "41",
    "erasure_id": "7",
}
Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """Of a parameter, a body or an answer; `name` as in `identifiers[].kind`."""

    name: str
    sort: str
    words: str
    required: bool
    example: Any = None
    where: str = ""  # a parameter's: path, query or header


@dataclass(frozen=True)
class Said:
    """An answer that may come."""

    status: str
    words: str
    media: list[str]


@dataclass(frozen=True)
class Operation:
    name: str
    tag: str
    method: str
    path: str
    summary: str
    words: str
    scope: str
    server: str
    parameters: list[Field] = field(default_factory=list)
    takes: list[Field] = field(default_factory=list)
    request: Any = None  # an example
    gives: list[Field] = field(default_factory=list)
    answer: Any = None  # an example
    answers: list[Said] = field(default_factory=list)
    problems: list[Said] = field(default_factory=list)

    @property
    def takes_key(self) -> bool:
        return any(one.name == "Idempotency-Key" for one in self.parameters)


def operations() -> list[Operation]:
    """As the description has them, path by path."""
    found = document()
    server = found["servers"][0]["url"]
    return [
        _operation(said, method=method.upper(), path=path, server=server, schemas=found["components"]["schemas"])
        for path, methods in found["paths"].items()
        for method, said in methods.items()
    ]


def operation(name: str) -> Operation | None:
    return next((one for one in operations() if one.name == name), None)


def by_tag() -> dict[str, list[Operation]]:
    """In the order in which a program comes to need them."""
    tags: dict[str, list[Operation]] = {tag: [] for tag in TAGS}
    for one in operations():
        tags.setdefault(one.tag, []).append(one)
    return tags


def _operation(said: dict[str, Any], *, method: str, path: str, server: str, schemas: dict[str, Schema]) -> Operation:
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    given = [_said(status, answer) for status, answer in said["responses"].items()]
    good: dict[str, Any] = next((a for status, a in said["responses"].items() if status.startswith("2")), {})
    content: dict[str, Any] = next(iter(good.get("content", {}).values()), {})
    return Operation(
        name=said["operationId"], tag=said["tags"][0], method=method, path=path, server=server,
        summary=said.get("summary", ""), words=said.get("description", ""),
        scope=", ".join(scope for one in said.get("security", []) for scope in one.get("token", [])),
        parameters=[_parameter(one) for one in said.get("parameters", [])],
        takes=list(_fields(body.get("schema", {}), schemas)), request=_example(body),
        gives=list(_fields(content.get("schema", {}), schemas)), answer=_example(content),
        answers=[one for one in given if one.status.startswith("2")],
        problems=[one for one in given if not one.status.startswith("2")],
    )  # fmt: skip


def _said(status: str, answer: dict[str, Any]) -> Said:
    return Said(status, answer.get("description", ""), list(answer.get("content", {})))


def _parameter(said: dict[str, Any]) -> Field:
    where, name = said["in"], said["name"]
    example = PLACES.get(name) if where == "path" else _example(said)
    words = said.get("description", "")
    if choices := said["schema"].get("enum"):
        words = f"{words} One of: {', '.join(map(str, choices))}.".strip()
    return Field(name, _sort(said["schema"]), words, bool(said.get("required")), example, where)


def _example(said: dict[str, Any]) -> Any:
    return next((one["value"] for one in said.get("examples", {}).values()), None)


def _fields(schema: Schema, schemas: dict[str, Schema], *, before: str = "", depth: int = 0) -> Iterator[Field]:
    """Those of an object, and of the objects in it."""
    schema = _resolved(schema, schemas)
    if schema.get("type") == "array":
        yield from _fields(schema["items"], schemas, before=f"{before}[]" if before else before, depth=depth)
    for name, one in schema.get("properties", {}).items():
        whole, inner = f"{before}.{name}" if before else name, _resolved(one, schemas)
        words = one.get("description") or inner.get("description", "")
        yield Field(whole, _sort(inner, schemas), words, name in schema.get("required", []))
        if depth < DEEPEST:
            yield from _fields(inner, schemas, before=whole, depth=depth + 1)


def _resolved(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """The schema that is meant: behind a reference, or the one that is not null."""
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for several in ("allOf", "oneOf", "anyOf"):
        meant = [one for one in schema.get(several, []) if one.get("type") != "null"]
        if meant:
            return _resolved(meant[0], schemas)
    return schema


def _sort(schema: Schema, schemas: dict[str, Schema] | None = None) -> str:
    if "enum" in schema and "type" not in schema:
        return "string"
    stated = schema.get("type", "any")
    if stated == "array":
        inner = _resolved(schema["items"], schemas or {}) if schemas else schema["items"]
        return f"list of {_sort(inner, schemas)}"
    name = " or ".join(stated) if isinstance(stated, list) else str(stated)
    return f"{name} ({schema['format']})" if "format" in schema else name
