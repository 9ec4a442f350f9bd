"""What is sent to routes that read a body before they look anything up."""

import json
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Example:
    """A body and a query that a route takes; `{offender_id}` and the like stand for ids."""

    json: Any = None
    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)  # of a parameter: the row it names here

    def filled(self, ids: dict[str, str]) -> "Example":
        """Put ids in their places."""
        return replace(
            self,
            json=_filled(self.json, ids),
            form=_filled(self.form, ids),
            query=_filled(self.query, ids),
        )

    def json_bytes(self) -> bytes | None:
        """Give the JSON as bytes."""
        return None if self.json is None else json.dumps(self.json).encode()


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, ids) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, ids) for one in value]
    if isinstance(value, str) and value.startswith("{") and value[1:-1] in ids:
        return ids[value[1:-1]]
    return value


A_DAY = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-30T00:00:00Z"}
OBJECTION_ID = "01980000-0000-7000-8000-000000000001"

# A person under 18, for whom officers are named.
MINOR = Example(ids={"offender_id": "minor_id"})

EXAMPLES: dict[tuple[str, str], Example] = {
    ("GET", "/v1/windows"): Example(query=A_DAY),
    ("POST", "/v1/challenges"): Example(json={"ahead": False}),
    ("GET", "/v1/checkins"): Example(query={"since": "2026-11-01T00:00:00Z"}),
    ("GET", "/v1/notices"): Example(query={"since": "2026-11-01T00:00:00Z"}),
    ("POST", "/v1/checkins/<uuid:checkin_id>/objection"): Example(
        json={"id": OBJECTION_ID, "words": "我在现场"}
    ),
    ("POST", "/v1/requests"): Example(
        json={"id": OBJECTION_ID, "kind": "new_references", "words": "样子变了"}
    ),
    ("POST", "/people/<uuid:offender_id>/references"): Example(
        files={"photos": ("photo.jpg", b"no photo", "image/jpeg")}
    ),
    ("POST", "/minors/<uuid:offender_id>/names"): replace(
        MINOR, form={"officer_id": "{officer_id}"}
    ),
    ("POST", "/transfers/<uuid:transfer_id>/refuse"): Example(form={"answer": "不便接收"}),
    ("POST", "/minors/<uuid:offender_id>/names/<uuid:naming_id>/end"): MINOR,
    ("POST", "/people/<uuid:offender_id>/phones/<uuid:device_id>/revocation"): Example(
        ids={"device_id": "active_device_id"}
    ),
}
