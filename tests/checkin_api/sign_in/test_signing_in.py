"""The password's part of signing in, the first time by a one-time code."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from checkin_api.access.secret_texts import hashed, new_code
from checkin_api.access.weak_passwords import Weakness
from checkin_api.sign_in.service import (
    Credentials,
    SetUp,
    SignInRefusedError,
    WeakPasswordError,
    set_password,
    sign_in,
)
from storage.parts import Parts
from storage.records import AuditEntry, Officer, SignIn
from tests.factories import PASSWORD, Factory

NEW = "a long enough password"


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An account with a password."""
    return factory.officer(factory.office())


def with_code(factory: Factory, officer: Officer, life: timedelta = timedelta(hours=1)) -> str:
    """What an administrator hands out."""
    code = new_code()
    with factory.session() as session:
        row = session.get_one(Officer, officer.id)
        row.setup_code_sha256, row.setup_expires_at = hashed(code), factory.parts.now() + life
    return code


def audited(factory: Factory) -> list[tuple[str, str | None]]:
    """What was audited, in order."""
    with factory.session() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
        return [(row.action, row.subject) for row in rows]


def test_a_password_begins_a_sign_in_of_which_only_the_hash_is_kept(
    parts: Parts, factory: Factory, officer: Officer
) -> None:
    secret = sign_in(parts, Credentials(officer.login, PASSWORD))
    with factory.session() as session:
        row = session.scalars(select(SignIn)).one()
    assert (row.officer_id, row.secret_sha256) == (officer.id, hashed(secret))
    assert row.second_factor_at is None
    assert audited(factory) == [("password_accepted", str(officer.id))]


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_login_are_refused_alike(
    parts: Parts, factory: Factory, officer: Officer, *, known: bool
) -> None:
    login = officer.login if known else "nobody"
    with pytest.raises(SignInRefusedError):
        sign_in(parts, Credentials(login, "wrong"))
    assert audited(factory) == [("sign_in_refused", str(officer.id) if known else None)]


def test_a_closed_account_opens_nothing(parts: Parts, factory: Factory, officer: Officer) -> None:
    with factory.session() as session:
        session.get_one(Officer, officer.id).disabled_at = parts.now()
    with pytest.raises(SignInRefusedError):
        sign_in(parts, Credentials(officer.login, PASSWORD))


def test_a_code_sets_a_password_once_and_ends_earlier_sign_ins(
    parts: Parts, factory: Factory, officer: Officer
) -> None:
    sign_in(parts, Credentials(officer.login, PASSWORD))
    code = with_code(factory, officer)
    typed = f"{code[:4]}-{code[4:]}".lower()
    set_password(parts, SetUp(officer.login, typed, NEW))
    with factory.session() as session:
        open_ones = session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all()
    assert len(open_ones) == 1
    sign_in(parts, Credentials(officer.login, NEW))
    with pytest.raises(SignInRefusedError):
        set_password(parts, SetUp(officer.login, code, NEW))


def test_an_expired_code_sets_nothing(parts: Parts, factory: Factory, officer: Officer) -> None:
    code = with_code(factory, officer, -timedelta(seconds=1))
    with pytest.raises(SignInRefusedError):
        set_password(parts, SetUp(officer.login, code, NEW))
    sign_in(parts, Credentials(officer.login, PASSWORD))


def test_a_weak_password_is_refused_and_the_code_still_works(
    parts: Parts, factory: Factory, officer: Officer
) -> None:
    code = with_code(factory, officer)
    with pytest.raises(WeakPasswordError) as refused:
        set_password(parts, SetUp(officer.login, code, "eleven char"))
    assert refused.value.why is Weakness.SHORT
    with pytest.raises(WeakPasswordError) as refused:
        set_password(parts, SetUp(officer.login, code, f"{officer.name}20262026!"))
    assert refused.value.why is Weakness.OWN_NAME
    set_password(parts, SetUp(officer.login, code, NEW))
