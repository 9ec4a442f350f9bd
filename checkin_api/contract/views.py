"""The public routes."""

import base64
from http import HTTPStatus

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Response, current_app, render_template
from sqlalchemy import text

from checkin_api.access.callers import Caller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts, web_settings
from checkin_api.openapi import as_text, contract
from checkin_api.problems import problem_of
from checkin_api.refusals import RefusedError
from checkin_api.routes import Answer, Routes, route_table
from mobile_contract.app import AppInfo, ProcessingNotice
from mobile_contract.codes import ProblemCode
from mobile_contract.keys import PublishedKey, PublishedKeys
from mobile_contract.messages import Language, message
from storage.database import DOOR, transaction
from verifier.rules.in_force import in_force

NOTICE_VERSION = "2026-11"

routes = Routes()


@routes.add("GET", "/v1/openapi.json", Action.READ_PUBLIC, answers={200: "application/json"})
def document(_caller: Caller) -> Response:
    """Read the contract as OpenAPI 3.1."""
    table = route_table(current_app).values()
    return Response(as_text(contract(table)), content_type="application/json")


@routes.add("GET", "/v1/docs", Action.READ_PUBLIC, answers={200: "text/html"})
def docs(_caller: Caller) -> Response:
    """Read the contract as a page."""
    page = render_template(
        "contract.html",
        contract=contract(route_table(current_app).values()),
        problems=[problem_of(RefusedError(code)) for code in ProblemCode],
    )
    return Response(page, content_type="text/html; charset=utf-8")


@routes.add("GET", "/v1/keys", Action.READ_PUBLIC, answers={200: PublishedKeys})
def keys(_caller: Caller) -> Answer:
    """Read the keys that receipts are checked with, old ones too."""
    published = [
        PublishedKey(
            key_id=kid,
            public_key=base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode(),
        )
        for kid, key in sorted(parts().keys.receipt_publics().items())
    ]
    return Answer(PublishedKeys(keys=tuple(published)))


@routes.add("GET", "/v1/app", Action.READ_PUBLIC, answers={200: AppInfo})
def app(_caller: Caller) -> Answer:
    """Read which app versions are current, and the processing notice to show."""
    with transaction(parts().sessions, DOOR) as session:
        rules = in_force(session, None, parts().now())
    operator = web_settings().operator
    notice = ProcessingNotice(
        version=NOTICE_VERSION,
        text_zh=message("app.processing_notice", Language.ZH, operator=operator),
        text_en=message("app.processing_notice", Language.EN, operator=operator),
    )
    return Answer(
        AppInfo(
            minimum=rules.app_minimum,
            recommended=rules.app_recommended,
            processing_notice=notice,
        )
    )


@routes.add("GET", "/healthz", Action.READ_PUBLIC, answers={200: "text/plain"})
def alive(_caller: Caller) -> Response:
    """Say that the process answers."""
    return Response("ok\n", content_type="text/plain")


@routes.add("GET", "/readyz", Action.READ_PUBLIC, answers={200: "text/plain"})
def ready(_caller: Caller) -> Response:
    """Say whether check-ins can be taken in: PostgreSQL and the store answer."""
    with transaction(parts().sessions, DOOR) as session:
        session.execute(text("SELECT 1"))
    if not parts().media.reachable():
        return Response("store\n", HTTPStatus.SERVICE_UNAVAILABLE, content_type="text/plain")
    return Response("ready\n", content_type="text/plain")
