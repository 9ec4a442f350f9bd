"""A token is good for nothing without a proof of its key, made for this very request."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from sqlalchemy import func, select

from checkin_api.access.proofs import LONGEST_PROOF
from mobile_contract.proofs import SenderKey, token_hash
from storage.database import (
    Scope,
    ScopeKind,
    close_sessions,
    open_sessions,
    transaction,
)
from storage.key_files import lay_keys
from storage.keys import make_nonce, read_keys
from storage.local_stack import LocalStack
from storage.proofs_seen import forget_proofs
from storage.records import AuditEntry, SeenProof
from storage.settings import DatabaseSettings
from tests.checkin_api.devices.conftest import PUBLIC_URL, Later
from tests.checkin_api.devices.handset import Handset, code_of, flaw_of
from tests.factories import Factory
from verifier.clock import DUTIES

TEN_YEARS = 10 * 365 * 24 * 3600
Forge = Callable[[Handset], str]
HUGE = "x" * LONGEST_PROOF


def signed(handset: Handset, key: Any, algorithm: str, jwk: dict[str, Any]) -> str:
    header = {"typ": "dpop+jwt", "jwk": jwk}
    return jwt.encode(handset.claims(), key, algorithm, headers=header)


def with_another_curve(handset: Handset) -> str:
    key = ec.generate_private_key(ec.SECP384R1())
    return signed(handset, key, "ES384", ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


def with_rsa(handset: Handset) -> str:
    key = rsa.generate_private_key(65537, 2048)
    return signed(handset, key, "RS256", RSAAlgorithm.to_jwk(key.public_key(), as_dict=True))


def off_the_curve(handset: Handset) -> str:
    jwk = handset.key.public_jwk
    return handset.proof({"jwk": jwk | {"y": jwk["x"]}})


def nested(text: str) -> Forge:
    """A part of 900 brackets: deep enough for a parser that counts, short enough for the cap."""
    part = jwt.utils.base64url_encode(text.encode()).decode()
    return lambda handset: f"{part}.{handset.proof().split('.')[1]}.x"


FORGED: dict[str, tuple[Forge, str]] = {
    "alg none": (lambda h: signed(h, None, "none", h.key.public_jwk), "typ_or_alg"),
    "an HMAC with the public key": (
        lambda h: signed(h, h.key.public_jwk["x"].encode(), "HS256", h.key.public_jwk),
        "typ_or_alg",
    ),
    "another curve": (with_another_curve, "typ_or_alg"),
    "RSA": (with_rsa, "typ_or_alg"),
    "typ of a plain token": (lambda h: h.proof({"typ": "JWT"}), "typ_or_alg"),
    "no typ": (lambda h: h.proof({"typ": ""}), "typ_or_alg"),
    "an RSA key under ES256": (
        lambda h: h.proof({"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}), "signature",
    ),
    "a secret as key": (
        lambda h: h.proof({"jwk": {"kty": "oct", "k": "c2VjcmV0"}}), "jwk",
    ),
    "the private key": (lambda h: h.proof({"jwk": h.key.public_jwk | {"d": "AQAB"}}), "jwk"),
    "no key": (lambda h: h.proof({"jwk": None}), "jwk"),
    "a key that is text": (lambda h: h.proof({"jwk": "mine"}), "jwk"),
    "a point off the curve": (off_the_curve, "signature"),
    "somebody else's key beside the signature": (
        lambda h: h.proof({"jwk": SenderKey.generate().public_jwk}), "signature",
    ),
    "a changed claim": (lambda h: _swapped(h.proof(), h.proof()), "signature"),
    "another method": (lambda h: h.proof(htm="POST"), "htm"),
    "another path": (lambda h: h.proof(htu=f"{PUBLIC_URL}/v1/windows"), "htu"),
    "another host": (lambda h: h.proof(htu="https://phishing.example/v1/me"), "htu"),
    "http": (lambda h: h.proof(htu="http://checkin.example/v1/me"), "htu"),
    "a URL that is a number": (lambda h: h.proof(htu=1), "htu"),
    "another token": (lambda h: h.proof(ath=token_hash("another")), "ath"),
    "no token": (lambda h: h.proof(ath=None), "ath"),
    "a token hash that is none": (lambda h: h.proof(ath=["签"]), "ath"),
    "no id": (lambda h: h.proof(jti=None), "signature"),
    "an empty id": (lambda h: h.proof(jti=""), "jti"),
    "an id that is a number": (lambda h: h.proof(jti=1), "jti"),
    "a long id": (lambda h: h.proof(jti="x" * 257), "jti"),
    "half a surrogate as id": (lambda h: h.proof(jti="\ud800"), "jti"),
    "no method": (lambda h: h.proof(htm=None), "signature"),
    "no time": (lambda h: h.proof(iat=None), "signature"),
    "a huge proof": (lambda h: h.proof(also=HUGE), "length"),
    "an empty proof": (lambda _: "", "length"),
    "no proof at all": (lambda _: "no.proof.", "signature"),
    "letters of no alphabet": (lambda _: "签.到.x", "signature"),
    "a header of brackets": (nested("[" * 900), "signature"),
    "a header of objects": (nested('{"a":' * 500), "signature"),
}  # fmt: skip


def _swapped(one: str, other: str) -> str:
    header, _, signature = one.split(".")
    return ".".join([header, other.split(".")[1], signature])


def test_a_right_proof_opens(handset: Handset) -> None:
    assert handset.show(handset.proof()).status_code == 200


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_proof_opens_nothing(handset: Handset, name: str) -> None:
    forge, flaw = FORGED[name]
    answer = handset.show(forge(handset).encode().decode("latin-1"))
    assert (answer.status_code, code_of(answer)) == (401, "invalid_dpop_proof")
    assert flaw_of(answer) == flaw
    assert 'error="invalid_dpop_proof"' in answer.headers["WWW-Authenticate"]
    assert answer.headers["WWW-Authenticate"].startswith('DPoP algs="ES256"')


def test_two_proofs_open_nothing(handset: Handset) -> None:
    answer = handset.show(handset.proof(), handset.proof())
    assert code_of(answer) == "invalid_dpop_proof"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Basic", "JWT"])
def test_a_token_under_another_scheme_opens_nothing(handset: Handset, scheme: str) -> None:
    answer = handset.show(handset.proof(), authorization=f"{scheme} {handset.token}")
    assert (answer.status_code, code_of(answer)) == (401, "not_signed_in")


def test_a_proof_without_a_token_opens_nothing(handset: Handset) -> None:
    answer = handset.show(handset.proof(), authorization="")
    assert code_of(answer) == "not_signed_in"


@pytest.mark.parametrize("clock", [-TEN_YEARS, TEN_YEARS, 0, "ten past four", -1e300])
def test_the_phones_clock_is_not_judged(handset: Handset, clock: Any) -> None:
    now = int(time.time())
    said = now + clock if isinstance(clock, int) and clock else clock
    assert handset.show(handset.proof(iat=said)).status_code == 200


def test_times_that_only_tokens_have_are_not_judged_either(handset: Handset) -> None:
    past, future = int(time.time()) - TEN_YEARS, int(time.time()) + TEN_YEARS
    assert handset.show(handset.proof(exp=past, nbf=future, aud="x")).status_code == 200


def test_a_proof_opens_once(handset: Handset) -> None:
    proof = handset.proof()
    first, second = handset.show(proof), handset.show(proof)
    assert (first.status_code, code_of(second), flaw_of(second)) == (
        200, "invalid_dpop_proof", "repeated",
    )  # fmt: skip


def test_an_id_is_used_once_by_a_key_whatever_else_is_signed(handset: Handset) -> None:
    assert handset.show(handset.proof(jti="one")).status_code == 200
    assert flaw_of(handset.show(handset.proof(jti="one"))) == "repeated"


def test_two_phones_may_have_the_same_id(handset: Handset, factory: Factory) -> None:
    other = Handset.registered(handset.app, factory)
    answers = [phone.show(phone.proof(jti="one")) for phone in (handset, other)]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_of_one_proof_shown_many_times_at_once_one_opens(handset: Handset) -> None:
    proof = handset.proof()
    with ThreadPoolExecutor(8) as thieves:
        answers = list(thieves.map(lambda _: handset.show(proof).status_code, range(16)))
    assert sorted(answers) == [200, *[401] * 15]


def test_a_nonce_of_another_server_asks_for_ours(handset: Handset, tmp_path: Path) -> None:
    lay_keys(tmp_path)
    theirs = make_nonce(read_keys(tmp_path), handset.parts.now())
    for nonce in (theirs, None, "", "nonce", 7, "\ud800"):
        answer = handset.show(handset.proof(nonce=nonce))
        assert (answer.status_code, code_of(answer)) == (401, "use_dpop_nonce")
    assert 'error="use_dpop_nonce"' in answer.headers["WWW-Authenticate"]
    fresh = answer.headers["DPoP-Nonce"]
    assert handset.show(handset.proof(nonce=fresh)).status_code == 200


def test_a_nonce_of_eleven_minutes_is_too_old(handset: Handset, later: Later) -> None:
    nonce = make_nonce(handset.parts.keys, handset.parts.now())
    nine, eleven = (
        replace(handset, app=later(timedelta(minutes=m))).show(handset.proof(nonce=nonce))
        for m in (9, 11)
    )
    assert (nine.status_code, code_of(eleven)) == (200, "use_dpop_nonce")


def test_a_stolen_token_is_useless_and_the_theft_is_written_down(
    handset: Handset, factory: Factory
) -> None:
    thief = replace(handset, key=SenderKey.generate())
    for _ in range(3):
        answer = thief.show(thief.proof())
        assert (answer.status_code, code_of(answer)) == (401, "not_signed_in")
    row = handset.row()
    assert row.foreign_key_seen_at is not None
    with factory.session() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "foreign_key_refused")
        ).all()
    assert [(one.subject, one.detail) for one in entries] == [
        (str(row.id), {"key": thief.thumbprint})
    ]
    assert handset.show(handset.proof()).status_code == 200


def test_the_clock_forgets_proofs_that_no_door_takes(handset: Handset, stack: LocalStack) -> None:
    handset.show(handset.proof())
    sessions = open_sessions(DatabaseSettings.read(stack.environment("clock")))
    for wait, forgotten, left in ((10, 0, 1), (12, 1, 0)):
        now = handset.parts.now() + timedelta(minutes=wait)
        with transaction(sessions, Scope(ScopeKind.CLOCK)) as session:
            assert forget_proofs(session, now) == forgotten
            assert session.scalar(select(func.count()).select_from(SeenProof)) == left
    close_sessions(sessions)


def test_the_clock_has_that_for_a_duty() -> None:
    assert "forget_proofs" in {duty.name for duty in DUTIES}
