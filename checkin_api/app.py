"""Wiring only: which rooms there are and in what order a request passes them."""

from flask import Flask

from checkin_api.access.gate import install_gate
from checkin_api.access.limits import install_limits
from checkin_api.access.phone_limits import install_phone_limits
from checkin_api.access.tokens import install_tokens
from checkin_api.challenges import views as challenges
from checkin_api.checkins import views as checkins
from checkin_api.console import pages, refusal_page
from checkin_api.contract import views as contract
from checkin_api.device_requests import views as device_requests
from checkin_api.devices import views as devices
from checkin_api.metrics import views as metrics
from checkin_api.notices import views as notices
from checkin_api.objections import views as objections
from checkin_api.observe import install_observation
from checkin_api.offenders import views as offenders
from checkin_api.person_requests import views as person_requests
from checkin_api.problems import install_problems
from checkin_api.references import views as references
from checkin_api.routes import Route, install
from checkin_api.settings import WebSettings
from checkin_api.study import views as study
from checkin_api.uploads import MemoryRequest
from checkin_api.windows import views as windows
from mobile_contract.checkins import LARGEST_REQUEST
from storage.parts import Parts

ROOMS = (
    contract,
    challenges,
    checkins,
    device_requests,
    devices,
    metrics,
    notices,
    objections,
    offenders,
    person_requests,
    references,
    study,
    windows,
)


def routes() -> list[Route]:
    """Give the whole route table: the phones' and tools' routes, then the console's pages."""
    return [route for room in ROOMS for route in room.routes.entries] + pages()


def create_app(settings: WebSettings, parts: Parts) -> Flask:
    """Make the web application; connects to nothing."""
    app = Flask("checkin_api", static_folder="console/static", template_folder="console/templates")
    app.request_class = MemoryRequest
    app.config.update(
        PUBLIC_URL=settings.public_url,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.extensions.update(parts=parts, web_settings=settings)
    install_tokens(app, parts.keys, settings)
    install_observation(app)
    install_limits(app, settings)
    install_gate(app)
    install_phone_limits(app, settings)
    install_problems(app, refusal_page)
    install(app, routes())
    return app
