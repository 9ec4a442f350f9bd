"""Which check-in a refused attempt was about, for its receipt and its window."""

import json
from uuid import UUID

import pytest

from checkin_api.checkins.submission import attempted_id
from checkin_api.uploads import Part

ID = UUID("01a206e5-656e-7e84-b113-c5b9da9ffdfd")
HEADER_ID = UUID("01a206e5-3de8-7ac2-9461-49498dce7a53")
PLACE_WITHOUT_DATUM = {"latitude": 29.56, "longitude": 106.55, "accuracy_m": 12}


def sent(body: bytes) -> dict[str, Part]:
    return {"checkin": Part("checkin", body, "0" * 64)}


def test_a_body_that_is_refused_for_something_else_still_names_it() -> None:
    body = {"id": str(ID), "place": PLACE_WITHOUT_DATUM}
    assert attempted_id("", sent(json.dumps(body).encode())) == ID


def test_the_header_names_it_where_the_body_cannot_be_read() -> None:
    assert attempted_id(str(HEADER_ID), sent(b"{")) == HEADER_ID


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"id": 7}', b'{"id": "me"}'])
def test_what_names_nothing_has_no_receipt(body: bytes) -> None:
    assert attempted_id("", sent(body)) is None
