"""An account gets another code, or ends; keys are made once."""

from pathlib import Path

from sqlalchemy import select

from checkin_api.access.secret_texts import hashed
from storage.keys import read_keys
from storage.records import Officer, Role, SignIn
from tests.checkin_api.admin.conftest import Terminal


def test_a_new_code_ends_the_one_before(terminal: Terminal) -> None:
    (first,) = terminal.run("add-officer", "sun", "孙", "--role", "editor", "--json").done
    (second,) = terminal.run("new-code", "sun", "--json").done
    assert first["setup_code"] != second["setup_code"]
    with terminal.rows() as session:
        kept = session.scalars(select(Officer.setup_code_sha256)).one()
    assert kept == hashed(second["setup_code"])


def test_an_account_that_had_a_password_gets_no_code_from_one_person(terminal: Terminal) -> None:
    account = terminal.factory.officer(role=Role.EDITOR)
    ran = terminal.run("new-code", account.login)
    assert ran.status == 1
    assert "two people reset it" in ran.err
    with terminal.rows() as session:
        assert session.get_one(Officer, account.id).setup_code_sha256 is None


def test_a_new_code_needs_an_account(terminal: Terminal) -> None:
    ran = terminal.run("new-code", "nobody")
    assert (ran.status, ran.err.splitlines()[0]) == (1, "There is no account nobody.")


def test_a_disabled_account_is_signed_out_and_gets_no_code(terminal: Terminal) -> None:
    account = terminal.factory.officer(role=Role.EDITOR)
    now = terminal.factory.parts.now()
    with terminal.rows() as session:
        session.add(
            SignIn(secret_sha256="0" * 64, officer_id=account.id, started_at=now, last_seen_at=now)
        )
    assert terminal.run("disable-officer", account.login).status == 0
    again = terminal.run("disable-officer", account.login, "--json").done
    assert again[0]["change"] == "unchanged"
    assert terminal.run("new-code", account.login).status == 1
    with terminal.rows() as session:
        assert session.scalars(select(SignIn.ended_at)).one() is not None
        assert session.get_one(Officer, account.id).setup_code_sha256 is None


def test_keys_are_made_once_and_can_be_used(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = terminal.run("keys", folder, "--json").done
    again = terminal.run("keys", folder, "--json").done
    assert [one["change"] for one in first] == ["added"] * 4
    assert [one["change"] for one in again] == ["unchanged"] * 4
    assert len(read_keys(folder).tokens) == 1
    assert {file.stat().st_mode & 0o077 for file in folder.iterdir()} == {0}
