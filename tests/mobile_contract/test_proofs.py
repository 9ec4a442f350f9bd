"""The phone proves its key with every request, and comes through whatever its tokens meet."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from jwt import PyJWK

from mobile_contract.client.backoff import Patience
from mobile_contract.client.connection import NoAnswerError, RefusedError, SignInNeededError
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.keys import NotActivatedError
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.codes import ProblemCode
from mobile_contract.proofs import NoKeyError, SenderKey, thumbprint, token_hash
from mobile_contract.shapes import instant_text
from tests.mobile_contract.office import URL, Office, Time, problem, tokens

ONCE = Patience(attempts=1)


def lost(_: httpx.Request) -> httpx.Response:
    what = "the answer was lost"
    raise httpx.ReadTimeout(what)


def proven(request: httpx.Request) -> tuple[dict[str, object], str]:
    """Check a request's proof with its own key; gives the claims and the key's name."""
    text = request.headers["DPoP"]
    header = jwt.get_unverified_header(text)
    assert (header["typ"], header["alg"], "d" in header["jwk"]) == ("dpop+jwt", "ES256", False)
    options = {"verify_iat": False}
    claims = jwt.decode(text, PyJWK(header["jwk"]), ["ES256"], options)  # type: ignore[arg-type]
    return claims, thumbprint(header["jwk"])


def last(office: Office, path: str) -> httpx.Request:
    return [request for request in office.asked if request.url.path == path][-1]


def test_every_request_but_the_public_ones_is_proven(
    office: Office, phone: Phone, captured: Submission
) -> None:
    phone.send_queued(ONCE)
    for request in office.asked:
        if request.url.path in {"/v1/app", "/v1/keys"}:
            assert "DPoP" not in request.headers
            continue
        claims, _ = proven(request)
        assert (claims["htm"], claims["htu"]) == (request.method, f"{URL}{request.url.path}")
    assert captured.id


def test_a_proof_is_bound_to_token_and_nonce_and_never_used_twice(
    office: Office, phone: Phone
) -> None:
    phone.me()
    before = len(office.asked)
    phone.me()
    claims, _ = proven(office.asked[-1])
    assert claims["ath"] == token_hash("first-access")
    assert claims["nonce"] == f"nonce-{before}"
    ids = [proven(one)[0]["jti"] for one in office.asked if "DPoP" in one.headers]
    assert len(set(ids)) == len(ids)


def test_a_proof_leaves_out_what_was_asked_for(office: Office, phone: Phone, time: Time) -> None:
    office.first("/v1/windows", lambda _: httpx.Response(200, json={"windows": []}))
    phone.windows(time.now, time.now + timedelta(days=1))
    assert office.asked[-1].url.query
    assert proven(office.asked[-1])[0]["htu"] == f"{URL}/v1/windows"


def test_a_nonce_that_is_too_old_is_replaced_on_the_way(office: Office, phone: Phone) -> None:
    office.first("/v1/me", problem(ProblemCode.USE_DPOP_NONCE))
    phone.me()
    first, second = (proven(one)[0] for one in office.asked[-2:])
    assert first["nonce"] != second["nonce"] == f"nonce-{len(office.asked) - 1}"


def test_a_server_that_never_likes_the_nonce_is_asked_twice(office: Office, phone: Phone) -> None:
    office.first("/v1/me", *[problem(ProblemCode.USE_DPOP_NONCE)] * 3)
    before = len(office.asked)
    with pytest.raises(RefusedError):
        phone.me()
    assert len(office.asked) - before == 2


def test_a_refresh_whose_answer_is_lost_is_asked_again(office: Office, phone: Phone) -> None:
    office.first("/v1/me", problem(ProblemCode.TOKEN_EXPIRED), problem(ProblemCode.TOKEN_EXPIRED))
    office.first("/v1/tokens", lost)
    with pytest.raises(NoAnswerError):
        phone.me()
    assert phone.me().number == "CQ-1"
    used = {one.headers["Authorization"] for one in office.asked if one.url.path == "/v1/tokens"}
    assert used == {"DPoP first-refresh"}


def test_where_no_token_is_taken_the_key_alone_is_shown(office: Office, phone: Phone) -> None:
    registered = proven(last(office, "/v1/activations"))[1]
    office.first("/v1/me", problem(ProblemCode.NOT_SIGNED_IN))
    office.first("/v1/tokens", problem(ProblemCode.NOT_SIGNED_IN))
    phone.me()
    asked = last(office, "/v1/tokens")
    assert "Authorization" not in asked.headers
    assert proven(asked)[1] == registered


def test_a_key_that_is_not_registered_any_more_has_to_sign_in(office: Office, phone: Phone) -> None:
    office.first("/v1/me", problem(ProblemCode.TOKEN_EXPIRED))
    office.first("/v1/tokens", *[problem(ProblemCode.NOT_SIGNED_IN)] * 2)
    with pytest.raises(SignInNeededError):
        phone.me()


def test_a_token_that_may_end_during_an_upload_is_renewed_before(
    office: Office, phone: Phone, captured: Submission, time: Time
) -> None:
    ends = tokens("first")["access_expires_at"]
    soon = {"Server-Time": instant_text(time.now.replace(day=1, hour=23, minute=56))}
    me = office.right_answer(httpx.Request("GET", f"{URL}/v1/me")).json()
    office.first("/v1/me", lambda _: httpx.Response(200, json=me, headers=soon))
    assert phone.send_queued(ONCE)[0].outcome is DeliveryOutcome.ACCEPTED
    assert ends == "2026-03-02T00:00:00.000Z"
    assert last(office, "/v1/checkins").headers["Authorization"] == "DPoP second-access"
    assert captured.id


def test_an_activation_whose_answer_was_lost_is_asked_again_with_the_same_key(
    office: Office, time: Time, tmp_path: Path
) -> None:
    office.first("/v1/activations", lost)
    for _ in range(2):
        phone = office.phone(tmp_path, time)
        try:
            phone.activate("CQ-1", "K7Q2-9F3D")
        except NoAnswerError:
            continue
    first, second = (one for one in office.asked if one.url.path == "/v1/activations")
    assert proven(first)[1] == proven(second)[1]


def test_each_registration_has_a_key_of_its_own(office: Office, phone: Phone) -> None:
    first = proven(last(office, "/v1/activations"))[1]
    phone.activate("CQ-1", "K7Q2-9F3D")
    assert proven(last(office, "/v1/activations"))[1] != first
    phone.me()
    assert proven(office.asked[-1])[1] != first


def test_a_phone_that_waits_goes_on_with_the_registration_it_has(
    office: Office, phone: Phone
) -> None:
    office.first("/v1/tokens", problem(ProblemCode.NOT_REGISTERED))
    with pytest.raises(RefusedError) as refused:
        phone.registrar.collect()
    assert refused.value.problem.code == ProblemCode.NOT_REGISTERED
    assert phone.me().number == "CQ-1"
    assert office.asked[-1].headers["Authorization"] == "DPoP first-access"


def test_what_an_officer_let_in_is_taken_up(office: Office, time: Time, tmp_path: Path) -> None:
    phone = office.phone(tmp_path, time)
    name = phone.registrar.key_name()
    phone.registrar.collect()
    assert phone.me().number == "CQ-1"
    assert office.asked[-1].headers["Authorization"] == "DPoP second-access"
    assert (len(name), phone.registrar.key_name() == name) == (14, False)


@pytest.mark.parametrize("years", [-10, 10])
def test_a_phone_whose_clock_is_years_wrong_signs_what_it_believes(
    office: Office, tmp_path: Path, years: int
) -> None:
    wrong = Time(Time().now + timedelta(days=365 * years))
    phone = office.phone(tmp_path, wrong)
    phone.activate("CQ-1", "K7Q2-9F3D")
    assert proven(last(office, "/v1/activations"))[0]["iat"] == int(wrong.now.timestamp())
    assert phone.me().number == "CQ-1"


def test_a_registration_from_before_there_were_keys_is_none(
    office: Office, phone: Phone, time: Time, tmp_path: Path
) -> None:
    (tmp_path / "registration.json").write_text('{"server_url": "x", "access_token": "x"}')
    with pytest.raises(NotActivatedError):
        office.phone(tmp_path, time).me()
    assert phone


@pytest.mark.parametrize("pem", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_a_file_that_holds_no_key_is_refused(pem: bytes) -> None:
    with pytest.raises(NoKeyError):
        SenderKey.from_pem(pem)


def test_a_key_shows_no_secret(phone: Phone, tmp_path: Path) -> None:
    registration = phone._keyring.registration()  # noqa: SLF001
    assert "PRIVATE KEY" in (tmp_path / "registration.json").read_text()
    assert "PRIVATE" not in repr(registration)
    assert "d" not in registration.key.public_jwk
    assert replace(registration, device_id="2").key is registration.key
