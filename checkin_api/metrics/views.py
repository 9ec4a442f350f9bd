"""The address that a Prometheus asks: figures about nobody, for networks of the operator's only."""

from collections.abc import Iterator

from flask import Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from checkin_api.access.addresses import client_address
from checkin_api.access.callers import Caller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts, web_settings
from checkin_api.refusals import RefusedError
from checkin_api.routes import Routes
from mobile_contract.codes import ProblemCode
from storage.database import DOOR, transaction
from storage.figures import MEANINGS, Figure, read_figures
from storage.records import Queue, Wrong

routes = Routes()

# What is zero is said too: an alarm on a figure that is not there never rings.
ALWAYS = {
    **{name: tuple(Queue) for name in MEANINGS if name.startswith("work_")},
    "work_last_errors": (),
    "media_findings": tuple(Wrong),
    "processes_alive": ("web", "verifier", "chores", "clock"),
    "refused_lately": ("sign_in_refused", "second_factor_refused", "foreign_key_refused"),
    "phones_asked": ("waiting", "hour"),
}


@routes.add("GET", "/metrics", Action.READ_PUBLIC, answers={200: "text/plain"})
def metrics(_caller: Caller) -> Response:
    """Read how the system runs, as Prometheus wants it; 404 from elsewhere and through proxies."""
    address = client_address()
    allowed = web_settings().metrics_networks
    # Behind a proxy that nobody named as trusted, everybody seems to come from this machine.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        raise RefusedError(ProblemCode.NOT_FOUND)
    if address is None or not any(address in network for network in allowed):
        raise RefusedError(ProblemCode.NOT_FOUND)
    with transaction(parts().sessions, DOOR) as session:
        figures = read_figures(session)
    registry = CollectorRegistry()
    registry.register(_Figures(figures))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """What the database says, as families of gauges."""

    def __init__(self, figures: list[Figure]) -> None:
        self._known = {(one.name, one.label): one.value for one in figures}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give every family, zeros too where they are known to be zeros."""
        for name, meaning in MEANINGS.items():
            family = GaugeMetricFamily(f"checkin_{name}", meaning, labels=["of"])
            labels = {label for known, label in self._known if known == name}
            for label in sorted(labels | {str(one) for one in ALWAYS.get(name, ())}):
                family.add_metric([label], self._known.get((name, label), 0.0))
            yield family
