"""Takes the OpenAPI document, writes idportal_client/answers.py: the shape of each answer as a TypedDict.

python clients/python/write_answers.py openapi.json
"""

import argparse
import json
from pathlib import Path
from typing import Any

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
    shapes = {n: s for n, s in schemas.items() if _is_shape(s) and not n.endswith("Request")}
    classes = [_class(name, shape, schemas) for name, shape in sorted(shapes.items())]
    body = "\n\n\n".join(classes)
    names = [n for n in ("Any", "Literal", "NotRequired", "TypedDict") if n in body]
    return f"{HEAD}\nfrom __future__ import annotations\n\nfrom typing import {', '.join(names)}\n\n\n{body}\n"


def _class(name: str, shape: dict[str, Any], schemas: dict[str, Any]) -> str:
    required = set(shape.get("required", []))
    lines = []
    for field, schema in shape["properties"].items():
        kind = kind_of(schema, schemas)
        lines.append(f"    {field}: {kind if field in required else f'NotRequired[{kind}]'}")
    return f"class {name}(TypedDict):\n" + "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("document", type=Path, help="what /api/v1/openapi.json answers")
    TARGET.write_text(written(json.loads(parser.parse_args().document.read_text())))


if __name__ == "__main__":
    main()
