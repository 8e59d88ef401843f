"""Takes an endpoint, gives the call of it to copy: for a terminal, in Python and in JavaScript."""

import json
from typing import Any
from urllib.parse import quote, urlencode

from profiles.api.reference import Operation

TOKEN = "$IDPORTAL_TOKEN"  # noqa: S105 - the name of a variable


def curl(one: Operation) -> str:
    parts = [f"curl {_quoted(_address(one))}", f'-H "Authorization: Bearer {TOKEN}"']
    if one.method != "GET":
        parts[0] = f"curl -X {one.method} {_quoted(_address(one))}"
    if one.takes_key:
        parts.append('-H "Idempotency-Key: $(openssl rand -hex 16)"')
    if not _is_json(one):
        parts.append(f"-o {_file(one)}")
    if one.request is not None:
        body = json.dumps(one.request, ensure_ascii=False).replace("'", "'\\''")
        parts += ['-H "Content-Type: application/json"', f"-d '{body}'"]
    return " \\\n  ".join(parts)


def python(one: Operation) -> str:
    arguments = [json.dumps(_address(one, query=False))]
    if query := _query(one):
        arguments.append(f"params={query!r}")
    key = ", 'Idempotency-Key': str(uuid.uuid4())" if one.takes_key else ""
    arguments.append(f"headers={{'Authorization': f\"Bearer {{os.environ['IDPORTAL_TOKEN']}}\"{key}}}")
    if one.request is not None:
        arguments.append(f"json={one.request!r}")
    call = ",\n    ".join(arguments)
    told = "print(answer.json())" if _is_json(one) else f"Path({_file(one)!r}).write_bytes(answer.content)"
    needs = ["import os"] + (["import uuid"] if one.takes_key else [])
    needs += [] if _is_json(one) else ["from pathlib import Path"]
    return (
        "\n".join(needs)
        + f"\n\nimport requests\n\nanswer = requests.{one.method.lower()}(\n    {call},\n    timeout=10,\n)\n"
        f"answer.raise_for_status()\n{told}"
    )


def javascript(one: Operation) -> str:
    headers = ["Authorization: `Bearer ${process.env.IDPORTAL_TOKEN}`"]
    if one.takes_key:
        headers.append('"Idempotency-Key": crypto.randomUUID()')
    options = [f'method: "{one.method}"'] if one.method != "GET" else []
    if one.request is not None:
        headers.append('"Content-Type": "application/json"')
        options.append(f"body: JSON.stringify({json.dumps(one.request, ensure_ascii=False)})")
    options.append(f"headers: {{ {', '.join(headers)} }}")
    inside = ",\n  ".join(options)
    told = "await answer.json()" if _is_json(one) else "await answer.blob()"
    return (
        f"const answer = await fetch({json.dumps(_address(one))}, {{\n  {inside},\n}});\n"
        f"if (!answer.ok) throw new Error(`${{answer.status}} ${{await answer.text()}}`);\nconsole.log({told});"
    )


def _address(one: Operation, *, query: bool = True) -> str:
    path = one.path
    for parameter in one.parameters:
        if parameter.where == "path":
            stands = parameter.example or parameter.name.upper()
            path = path.replace(f"{{{parameter.name}}}", quote(str(stands), safe=""))
    asked = urlencode(_query(one)) if query else ""
    return f"{one.server}{path}" + (f"?{asked}" if asked else "")


def _query(one: Operation) -> dict[str, Any]:
    """What must be asked, with the values of the examples."""
    return {p.name: p.example for p in one.parameters if p.where == "query" and p.required and p.example is not None}


def _quoted(address: str) -> str:
    return f'"{address}"'


def _file(one: Operation) -> str:
    """Where an answer that is a file goes: named like its endpoint and type."""
    media = next((media for said in one.answers for media in said.media), "")
    return f"{one.name}.{media.rpartition('/')[2]}"


def _is_json(one: Operation) -> bool:
    return any("application/json" in said.media for said in one.answers)
