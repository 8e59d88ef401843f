"""Takes the OpenAPI document, writes idportal_client/answers.py: the shape of each answer as a TypedDict.

python clients/python/write_answers.py openapi.json
"""

import argparse
import json
from pathlib import Path
from typing import Any

LEAST_IN_COMMON = 4  # fields; fewer are chance
TARGET = Path(__file__).parent / "idportal_client" / "answers.py"
HEAD = '"""The shapes of the answers, from the OpenAPI document by write_answers.py: change nothing here by hand."""\n'
PLAIN = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, Any]",
}


def kind_of(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name if _is_shape(schemas[name]) else kind_of(schemas[name], schemas)
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(kind_of(one, schemas) for one in schema[several]))
    if schema.get("enum"):
        return "None" if schema["enum"] == [None] else f"Literal[{', '.join(map(json.dumps, schema['enum']))}]"
    return _plain(schema, schemas)


def _plain(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    names = schema.get("type", "any")
    if isinstance(names, list):
        return " | ".join(_plain({**schema, "type": name}, schemas) for name in names)
    if names == "array":
        return f"list[{kind_of(schema['items'], schemas)}]"
    return PLAIN.get(names, "Any")


def _is_shape(schema: dict[str, Any]) -> bool:
    return bool(schema.get("properties"))


def written(document: dict[str, Any]) -> str:
    schemas = document["components"]["schemas"]
    names = sorted(name for name, schema in schemas.items() if _is_shape(schema) and not name.endswith("Request"))
    shapes = {name: _fields(schemas[name], schemas) for name in names}
    based = {name: _base(name, shapes) for name in names}
    classes = [_class(name, based[name], shapes) for name in sorted(names, key=lambda name: (based[name] != "", name))]
    body = "\n\n\n".join(classes)
    used = [n for n in ("Any", "Literal", "NotRequired", "TypedDict") if n in body]
    return f"{HEAD}\nfrom __future__ import annotations\n\nfrom typing import {', '.join(used)}\n\n\n{body}\n"


def _fields(shape: dict[str, Any], schemas: dict[str, Any]) -> dict[str, str]:
    required = set(shape.get("required", []))
    kinds = {field: kind_of(schema, schemas) for field, schema in shape["properties"].items()}
    return {field: kind if field in required else f"NotRequired[{kind}]" for field, kind in kinds.items()}


def _base(name: str, shapes: dict[str, dict[str, str]]) -> str:
    """The shape that this one is, and more; none that stands on another, so that the order is plain."""
    own = shapes[name].items()
    held = [one for one, fields in shapes.items() if len(fields) >= LEAST_IN_COMMON and fields.items() < own]
    free = [one for one in held if not any(shapes[other].items() < shapes[one].items() for other in held)]
    return max(free, key=lambda one: len(shapes[one]), default="")


def _class(name: str, base: str, shapes: dict[str, dict[str, str]]) -> str:
    inherited = shapes.get(base, {})
    lines = [f"    {field}: {kind}" for field, kind in shapes[name].items() if field not in inherited]
    return f"class {name}({base or 'TypedDict'}):\n" + "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("document", type=Path, help="what /api/v1/openapi.json answers")
    TARGET.write_text(written(json.loads(parser.parse_args().document.read_text())))


if __name__ == "__main__":
    main()
