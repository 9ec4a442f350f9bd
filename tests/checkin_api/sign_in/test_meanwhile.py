"""What a reset takes away meanwhile opens nothing, and a set-up page tells no names."""

import pytest
from sqlalchemy import select

from checkin_api.access import passwords
from checkin_api.access.weak_passwords import Weakness
from checkin_api.account_resets import service as resets
from checkin_api.sign_in import service
from checkin_api.sign_in.service import (
    Credentials,
    SetUp,
    SignInRefusedError,
    WeakPasswordError,
    change_password,
    set_password,
    sign_in,
)
from storage.parts import Parts
from storage.records import AccountReset, Officer, Role, SignIn
from tests.checkin_api.arranged import caller_of
from tests.factories import PASSWORD, Factory

NEW = "a long enough password"


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An account with a password."""
    return factory.officer(factory.office())


@pytest.fixture
def reset_meanwhile(
    parts: Parts, factory: Factory, officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is reset while a password, right until then, is being looked at."""
    first, second = (caller_of(factory, factory.officer(role=Role.ADMINISTRATOR)) for _ in "ab")
    resets.ask(parts, first, officer.login, "电话丢失")
    with factory.session() as session:
        asked = session.scalars(select(AccountReset.id)).one()

    def slowly(kept: str | None, password: str) -> bool:
        matches = passwords.password_matches(kept, password)
        resets.confirm(parts, second, asked)
        return matches

    monkeypatch.setattr(service, "password_matches", slowly)


@pytest.mark.usefixtures("reset_meanwhile")
def test_a_password_that_a_reset_took_meanwhile_begins_nothing(
    parts: Parts, factory: Factory, officer: Officer
) -> None:
    with pytest.raises(SignInRefusedError):
        sign_in(parts, Credentials(officer.login, PASSWORD))
    with factory.session() as session:
        assert session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all() == []


@pytest.mark.usefixtures("reset_meanwhile")
def test_a_change_that_a_reset_overtook_sets_no_password(
    parts: Parts, factory: Factory, officer: Officer
) -> None:
    with pytest.raises(SignInRefusedError):
        change_password(parts, caller_of(factory, officer), PASSWORD, NEW)
    with factory.session() as session:
        kept = session.get_one(Officer, officer.id).password_hash
    assert not passwords.password_matches(kept, NEW)


def test_nobody_without_a_code_learns_whose_name_is_behind_a_login(
    parts: Parts, officer: Officer
) -> None:
    for name in (officer.name, "别人的名字"):
        with pytest.raises(SignInRefusedError):
            set_password(parts, SetUp(officer.login, "WRONGONE", f"{name}20262026!"))
    with pytest.raises(WeakPasswordError) as refused:
        set_password(parts, SetUp("somebody.long", "WRONGONE", "somebody.long"))
    assert refused.value.why is Weakness.OWN_NAME
