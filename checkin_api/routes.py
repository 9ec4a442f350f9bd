"""The one way to add a route: what it takes, what it answers, who may ask. No entry, no entrance.

Pydantic validates, Flask routes, openapi.py writes the contract from the same declarations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, Response, g, request
from pydantic import BaseModel, ValidationError

from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from mobile_contract.problems import ProblemFault

MOST_ERRORS = 20
JSON_BODY_CAP = 1024 * 1024

View = Callable[..., Any]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Answer:
    """What a view gives back: a model, a status and headers."""

    model: BaseModel | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """A body that is not JSON, as the contract describes it."""

    content_type: str  # multipart/form-data, or */*
    schema: Mapping[str, Any]
    models: tuple[type[BaseModel], ...] = ()  # those the schema refers to


@dataclass(frozen=True)
class Takes:
    """What a request brings besides its path."""

    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    headers: type[BaseModel] | None = None
    upload: Upload | None = None


@dataclass(frozen=True)
class Route:
    """One method of one path: the entry in the route table."""

    method: str
    path: str
    action: Action
    view: View
    answers: Mapping[int, type[BaseModel] | str | None]
    takes: Takes = Takes()
    problems: tuple[ProblemCode, ...] = ()

    @property
    def endpoint(self) -> str:
        """The name Flask knows it by."""
        module = self.view.__module__.removeprefix("checkin_api.")
        return f"{module}.{self.view.__name__}".replace(".", "/")


class Routes:
    """The routes of one feature."""

    def __init__(self) -> None:
        self.entries: list[Route] = []

    def add(  # noqa: PLR0913 - a declaration, every argument named at its one place of use
        self,
        method: str,
        path: str,
        action: Action,
        *,
        answers: Mapping[int, type[BaseModel] | str | None],
        takes: Takes | None = None,
        problems: tuple[ProblemCode, ...] = (),
    ) -> Callable[[View], View]:
        """Declare a view; `path` is Flask's, answers map status to model, media type or None."""

        def declare(view: View) -> View:
            self.entries.append(
                Route(method, path, action, view, answers, takes or Takes(), problems)
            )
            return view

        return declare


def install(app: Flask, table: list[Route]) -> None:
    """Put a route table into an application, where gate and contract find it."""
    app.extensions["routes"] = {route.endpoint: route for route in table}
    for route in table:
        app.add_url_rule(
            route.path, route.endpoint, _view_of(route), methods=[route.method], strict_slashes=True
        )


def route_table(app: Flask) -> dict[str, Route]:
    """Give the routes of an application by endpoint."""
    table: dict[str, Route] = app.extensions["routes"]
    return table


def _view_of(route: Route) -> View:
    def view(**path: Any) -> Response:
        answer = route.view(g.caller, **path, **_taken(route.takes))
        return answer if isinstance(answer, Response) else _rendered(answer)

    return view


def _taken(takes: Takes) -> dict[str, BaseModel]:
    taken: dict[str, BaseModel] = {}
    if takes.headers is not None:
        taken["headers"] = _headers(takes.headers)
    if takes.query is not None:
        taken["query"] = validated(takes.query, dict(request.args.items()))
    if takes.body is not None:
        taken["body"] = _json_body(takes.body)
    return taken


def _headers(model: type[BaseModel]) -> BaseModel:
    names = {info.alias or name: name for name, info in model.model_fields.items()}
    found = {name: request.headers[name] for name in names if name in request.headers}
    return validated(model, found)


def _json_body(model: type[BaseModel]) -> BaseModel:
    if request.mimetype != "application/json":
        raise RefusedError(ProblemCode.UNSUPPORTED_TYPE, at("", "not_json"))
    request.max_content_length = JSON_BODY_CAP
    return validated_json(model, request.get_data(cache=False))


def validated_json(model: type[Model], text: bytes) -> Model:
    """Read JSON text as a model; raises RefusedError with pointers and no values."""
    try:
        return model.model_validate_json(text)
    except ValidationError as fault:
        raise refusal_of(fault) from None


def validated(model: type[Model], found: dict[str, str]) -> Model:
    """Read texts (query, headers) as a model; raises RefusedError with pointers and no values."""
    try:
        return model.model_validate_strings(found)
    except ValidationError as fault:
        raise refusal_of(fault) from None


def refusal_of(fault: ValidationError) -> RefusedError:
    """Turn what pydantic found into a refusal that names places and reasons, never values."""
    found = fault.errors(include_url=False, include_context=False, include_input=False)
    errors = [
        ProblemFault(pointer=_pointer(one["type"], one["loc"]), reason=one["type"])
        for one in found[:MOST_ERRORS]
    ]
    if any(one["type"] == "json_invalid" for one in found):
        return RefusedError(ProblemCode.BAD_REQUEST, errors)
    lacks_datum = any(
        one["loc"] == ("place", "datum") and one["type"] == "missing" for one in found
    )
    code = ProblemCode.DATUM_MISSING if lacks_datum else ProblemCode.INVALID_CONTENT
    return RefusedError(code, errors)


def _pointer(kind: str, place: tuple[int | str, ...]) -> str:
    # The name of a forbidden extra member is the sender's own text.
    steps = place[:-1] if kind == "extra_forbidden" else place
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _rendered(answer: Answer) -> Response:
    body = b"" if answer.model is None else answer.model.model_dump_json().encode()
    response = Response(body, answer.status, content_type="application/json")
    if answer.model is None:
        response.headers.pop("Content-Type", None)
    response.headers.update(answer.headers)
    return response
