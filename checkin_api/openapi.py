"""The contract, written from the route table: OpenAPI 3.1; `--check` fails where it drifted."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from checkin_api.access.by_token import PROVEN
from checkin_api.access.permissions import PERMISSIONS, Action, Who
from checkin_api.access.proofs import LONGEST_PROOF
from checkin_api.routes import Route
from mobile_contract.codes import ProblemCode
from mobile_contract.problems import CONTENT_TYPE, STATUS, Problem
from mobile_contract.proofs import PROOF_HEADER

FILE = Path(__file__).parent.parent / "mobile_contract" / "openapi.json"
VERSION = "1.0.0"
PATH_STEP = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
PATH_TYPES = {"uuid": {"type": "string", "format": "uuid"}}
SCHEMAS = "#/components/schemas/"
# Any request can meet these: they are answered at the door or by a fault of a server.
EVERYWHERE = (ProblemCode.BAD_REQUEST, ProblemCode.UNAVAILABLE, ProblemCode.INTERNAL)
PROVES = (ProblemCode.USE_DPOP_NONCE, ProblemCode.INVALID_DPOP_PROOF)
SIGNED_IN = (
    ProblemCode.NOT_SIGNED_IN,
    ProblemCode.TOKEN_EXPIRED,
    ProblemCode.DEVICE_REVOKED,
    *PROVES,
    ProblemCode.NOT_ALLOWED,
    ProblemCode.TOO_MANY,
)
WITH_JSON = (ProblemCode.UNSUPPORTED_TYPE, ProblemCode.INVALID_CONTENT, ProblemCode.TOO_LARGE)
ANSWER_HEADERS = {
    "Server-Time": {
        "description": "The server's time, RFC 3339 with milliseconds.",
        "schema": {"type": "string", "format": "date-time"},
    },
    "DPoP-Nonce": {
        "description": "A fresh server nonce; the next capture and the next proof carry it.",
        "schema": {"type": "string"},
    },
}
SECURITY = {
    "token": {
        "type": "http",
        "scheme": "DPoP",
        "description": "`Authorization: DPoP TOKEN` (RFC 9449), beside a `DPoP` header.",
    }
}
PROOF = {
    "name": PROOF_HEADER,
    "in": "header",
    "required": True,
    "description": (
        "A proof of the sender's P-256 key (RFC 9449, ES256): `jti`, `htm`, `htu`, `iat` (not"
        " judged), `nonce` (the last `DPoP-Nonce`) and beside a token `ath`. Once only."
    ),
    "schema": {"type": "string", "maxLength": LONGEST_PROOF},
}


def contract(table: Iterable[Route]) -> dict[str, Any]:
    """Give the OpenAPI document of the routes below /v1."""
    routes = [route for route in table if route.path.startswith("/v1/")]
    paths: dict[str, Any] = {}
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        paths.setdefault(_path(route), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Community corrections check-in",
            "version": VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(routes),
            "securitySchemes": SECURITY,
        },
    }


def _schemas(routes: list[Route]) -> dict[str, Any]:
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for route in routes:
        sent = [route.takes.body, *(route.takes.upload.models if route.takes.upload else ())]
        told = [model for model in route.answers.values() if isinstance(model, type)]
        wanted += [(model, "validation") for model in sent if model is not None]
        wanted += [(model, "serialization") for model in told]
    _, schema = models_json_schema(wanted, ref_template=SCHEMAS + "{model}")
    found: dict[str, Any] = schema["$defs"]
    return dict(sorted(found.items()))


def _path(route: Route) -> str:
    return PATH_STEP.sub(r"{\2}", route.path)


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.endpoint.replace("/", "_"),
        "summary": (route.view.__doc__ or "").strip().splitlines()[0],
        "parameters": list(_parameters(route)),
        "responses": _responses(route),
    }
    if _needs_token(route):
        operation["security"] = [{"token": []}]
    if route.action is Action.REFRESH_TOKENS:
        operation["security"] = [{"token": []}, {}]  # the refresh token, or the proof alone
    if (body := _request_body(route)) is not None:
        operation["requestBody"] = body
    return operation


def _needs_token(route: Route) -> bool:
    return Who.ANYBODY not in PERMISSIONS[route.action]


def _needs_proof(route: Route) -> bool:
    return _needs_token(route) or route.action in PROVEN


def _parameters(route: Route) -> Iterator[dict[str, Any]]:
    for converter, name in PATH_STEP.findall(route.path):
        schema = PATH_TYPES.get(converter, {"type": "string"})
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if _needs_proof(route):
        yield PROOF
    for model, place in ((route.takes.query, "query"), (route.takes.headers, "header")):
        if model is not None:
            yield from _fields(model, place)
    if route.takes.upload is not None and route.takes.upload.models:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The id of the check-in, so that a refusal has a receipt too.",
            "schema": {"type": "string", "format": "uuid"},
        }


def _fields(model: type[BaseModel], place: str) -> Iterator[dict[str, Any]]:
    schema = model.model_json_schema()
    for name, field in schema.get("properties", {}).items():
        yield {
            "name": name,
            "in": place,
            "required": name in schema.get("required", []),
            "schema": {key: value for key, value in field.items() if key != "title"},
        }


def _request_body(route: Route) -> dict[str, Any] | None:
    if route.takes.body is not None:
        schema: dict[str, Any] = {"$ref": SCHEMAS + route.takes.body.__name__}
        return {"required": True, "content": {"application/json": {"schema": schema}}}
    if route.takes.upload is not None:
        upload = route.takes.upload
        return {
            "required": True,
            "content": {upload.content_type: {"schema": dict(upload.schema)}},
        }
    return None


def _responses(route: Route) -> dict[str, Any]:
    found = {str(status): _answer(told) for status, told in route.answers.items()}
    by_status: dict[str, list[ProblemCode]] = {}
    for code in dict.fromkeys(_problems(route)):
        by_status.setdefault(str(int(STATUS[code])), []).append(code)
    for status, codes in by_status.items():
        found[status] = {
            "description": ", ".join(codes),
            "headers": ANSWER_HEADERS,
            "content": {CONTENT_TYPE: {"schema": {"$ref": SCHEMAS + Problem.__name__}}},
        }
    return dict(sorted(found.items()))


def _problems(route: Route) -> Iterator[ProblemCode]:
    yield from EVERYWHERE
    if _needs_token(route):
        yield from SIGNED_IN
    elif _needs_proof(route):
        yield from PROVES
    if route.takes.body is not None:
        yield from WITH_JSON
    if route.takes.query is not None or route.takes.headers is not None:
        yield ProblemCode.INVALID_CONTENT
    if "<" in route.path:
        yield ProblemCode.NOT_FOUND
    yield from route.problems


def _answer(told: type[BaseModel] | str | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "As asked.", "headers": ANSWER_HEADERS}
    if isinstance(told, str):
        answer["content"] = {told: {"schema": {}}}
    elif told is not None:
        schema = {"$ref": SCHEMAS + told.__name__}
        answer["content"] = {"application/json": {"schema": schema}}
    return answer


def as_text(document: dict[str, Any]) -> str:
    """Write the document as the committed file holds it."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the committed contract, or with --check say whether it is up to date."""
    from checkin_api.app import routes  # noqa: PLC0415 - app imports this module's users

    now = as_text(contract(routes()))
    if "--check" not in arguments:
        FILE.write_text(now, encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == now:
        sys.stdout.write("contract: mobile_contract/openapi.json is what the routes say\n")
        return 0
    sys.stderr.write("contract: mobile_contract/openapi.json drifted; run make contract\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
