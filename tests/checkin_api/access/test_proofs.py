"""What a proof has to be, without a server: whose key, for which request, how fresh."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from checkin_api.access.proofs import Asked, Flaw, read_proof
from checkin_api.access.request_urls import normal_url, url_of
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from mobile_contract.proofs import Proven, SenderKey, thumbprint
from storage.key_files import lay_keys
from storage.keys import Keys, make_nonce, read_keys

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
URL = "https://checkin.example/v1/me"
ASKED = Asked("GET", URL, None)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder: Path = tmp_path_factory.mktemp("keys")
    lay_keys(folder)
    return read_keys(folder)


def proof(keys: Keys, made: datetime = NOW, url: str = URL, key: SenderKey | None = None) -> str:
    proven = Proven("GET", url, make_nonce(keys, made))
    return (key or SenderKey.generate()).proof(proven, NOW, "one")


def test_the_name_of_a_key_is_that_of_the_standard() -> None:
    # RFC 9449, section 6.1: the key of its examples and the thumbprint it prints.
    jwk = {
        "kty": "EC",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        "crv": "P-256",
    }
    assert thumbprint(jwk) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


def test_a_proof_says_whose_key_made_it(keys: Keys) -> None:
    key = SenderKey.generate()
    read = read_proof(proof(keys, key=key), ASKED, keys, NOW)
    assert (read.thumbprint, read.jwk) == (thumbprint(key.public_jwk), key.public_jwk)


def test_one_key_written_in_two_ways_has_one_name(keys: Keys) -> None:
    key, names = SenderKey.generate(), set()
    for also in ({}, {"alg": "ES256", "use": "sig", "kid": "mine"}):
        claims = jwt.decode(proof(keys, key=key), options={"verify_signature": False})
        header = {"typ": "dpop+jwt", "jwk": key.public_jwk | also}
        text = jwt.encode(claims, key.pem, "ES256", headers=header)
        names.add(read_proof(text, ASKED, keys, NOW).thumbprint)
    assert len(names) == 1


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (timedelta(0), True),
        (timedelta(minutes=9, seconds=59), True),
        (timedelta(minutes=10, seconds=1), False),
        (timedelta(minutes=11), False),
        (timedelta(seconds=-30), True),  # made by a machine whose clock leads
        (timedelta(minutes=-5), False),
    ],
)
def test_a_proof_is_as_fresh_as_its_nonce(keys: Keys, age: timedelta, *, fresh: bool) -> None:
    text = proof(keys, made=NOW - age)
    if fresh:
        assert read_proof(text, ASKED, keys, NOW).expires_at > NOW
        return
    with pytest.raises(RefusedError) as refused:
        read_proof(text, ASKED, keys, NOW)
    assert refused.value.code is ProblemCode.USE_DPOP_NONCE


def test_a_used_proof_is_remembered_until_no_door_takes_its_nonce(keys: Keys) -> None:
    made = NOW - timedelta(minutes=4)
    remembered = read_proof(proof(keys, made=made), ASKED, keys, NOW).expires_at
    with pytest.raises(RefusedError):
        read_proof(proof(keys, made=made), ASKED, keys, remembered)


@pytest.mark.parametrize(
    "url",
    [
        "https://checkin.example/v1/me",
        "HTTPS://CHECKIN.example:443/v1/me",
        "https://checkin.example/v1/./x/../me",
        "https://checkin.example/%761/m%65",
        "https://checkin.example/v1/me?since=2026",
        "https://checkin.example/v1/me#top",
    ],
)
def test_urls_that_are_the_same(keys: Keys, url: str) -> None:
    assert normal_url(url) == normal_url(URL)
    assert read_proof(proof(keys, url=url), ASKED, keys, NOW)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/v1/me",
        "http://checkin.example/v1/me",
        "https://checkin.example:8443/v1/me",
        "https://checkin.example.org/v1/me",
        "https://checkin.example/v1/me/",
        "https://checkin.example/v1%2Fme",
        "https://checkin.example/V1/me",
        "https://me@checkin.example/v1/me",
        "https://[checkin.example/v1/me",
        "https://checkin.example:99999999/v1/me",
        "https://签到.example/v1/me",
        "javascript:alert(1)",
    ],
)
def test_urls_that_differ(keys: Keys, url: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_proof(proof(keys, url=url), ASKED, keys, NOW)
    assert refused.value.errors[0].reason == Flaw.URL


def test_a_server_behind_a_path_is_called_with_it() -> None:
    assert url_of("https://city.example/checkin/", "/v1/me") == "https://city.example/checkin/v1/me"
    assert url_of("https://city.example", "/v1/你") == "https://city.example/v1/%E4%BD%A0"
