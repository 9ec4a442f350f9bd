"""Three real servers: how they start, stay, fail and go."""

import os
import shutil
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from storage.local_stack import Choices, LocalStack, StackError, Store
from storage.local_stack.credentials import Role
from storage.local_stack.places import Places
from storage.local_stack.process_tree import descendants
from tests.storage.local_stack.watching import (
    SERVERS,
    alive,
    answers,
    listening_addresses,
    query,
    wait_until,
)

_LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1 in /proc


def test_every_process_signs_in_as_its_own_login_without_special_rights(stack: LocalStack) -> None:
    for role in Role:
        url = stack.environment(role)["DATABASE_URL"]
        assert query(url, "SELECT current_user") == role.login
        rights = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
        mine = "FROM pg_roles WHERE rolname = current_user"
        assert query(url, f"SELECT {rights} {mine}") is False


def test_only_the_release_login_owns_the_database(stack: LocalStack) -> None:
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'checkin'"
    assert query(stack.superuser_url, owner) == "checkin_owner"


def test_nobody_else_can_read_a_file_of_the_data_folder(stack: LocalStack) -> None:
    files = [path for path in stack.data.rglob("*") if path.is_file()]
    assert stack.data / "env" / "web.env" in files
    assert [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_servers_listen_on_loopback_only(stack: LocalStack) -> None:
    for name in SERVERS:
        pid = stack.pid(name)
        assert pid
        addresses = listening_addresses(pid)
        assert addresses
        assert addresses <= _LOOPBACK


def test_passwords_are_on_no_command_line(stack: LocalStack) -> None:
    secrets = stack.environment("web")
    password = secrets["REDIS_URL"].split(":")[2].split("@")[0]
    for child in descendants(os.getpid()):
        words = Path(f"/proc/{child.pid}/cmdline").read_text()
        assert secrets["S3_SECRET_KEY"] not in words
        assert password not in words


def test_the_server_keys_are_there_and_usable(stack: LocalStack) -> None:
    folder = Path(stack.environment("web")["KEYS_FOLDER"])
    assert [len(path.read_bytes()) for path in folder.glob("tokens-*.key")] == [64]
    assert [len(path.read_bytes()) for path in folder.glob("nonce-*.key")] == [32]
    (receipts,) = folder.glob("receipts-*.pem")
    assert isinstance(load_pem_private_key(receipts.read_bytes(), None), Ed25519PrivateKey)


@pytest.mark.parametrize("name", SERVERS)
def test_a_killed_server_comes_back(stack: LocalStack, name: str) -> None:
    before = stack.pid(name)
    stack.kill(name)
    wait_until(lambda: stack.pid(name) not in {before, None} and answers(stack, name))


@pytest.mark.parametrize("name", SERVERS)
def test_a_halted_server_stays_down_until_it_is_restarted(stack: LocalStack, name: str) -> None:
    stack.halt(name)
    assert not answers(stack, name)
    assert stack.pid(name) is None
    stack.restart(name)
    assert answers(stack, name)


def test_stopping_leaves_no_process(tmp_path: Path, choices: Choices) -> None:
    others = descendants(os.getpid())  # servers of other tests in this process
    stack = LocalStack(tmp_path / "var", choices=choices)
    stack.start()
    family = tuple(one for one in descendants(os.getpid()) if one not in others)
    assert len(family) > len(SERVERS)
    stack.erase()
    assert alive(family) == []


def test_what_was_written_is_there_after_a_new_start(stack: LocalStack) -> None:
    before = stack.environment("release")
    query(before["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS value")
    stack.stop()
    stack.start()
    assert stack.environment("release") == before
    assert query(before["DATABASE_URL"], "SELECT value FROM kept") == 7


def test_a_removed_data_folder_is_begun_anew(tmp_path: Path, choices: Choices) -> None:
    stack = LocalStack(tmp_path / "var", choices=choices)
    with stack:
        former = stack.environment("web")["DATABASE_URL"]
    shutil.rmtree(stack.data)
    clusters = len(list(choices.places.postgres_home.glob("clusters/*")))
    with stack:
        assert stack.environment("web")["DATABASE_URL"] != former
        assert answers(stack, "postgres")
    assert len(list(choices.places.postgres_home.glob("clusters/*"))) == clusters
    stack.erase()


def test_a_folder_in_use_is_refused(stack: LocalStack, choices: Choices) -> None:
    with pytest.raises(StackError, match=f"already in use .* process id {os.getpid()}"):
        LocalStack(stack.data, choices=choices).start()
    assert all(answers(stack, name) for name in SERVERS)


def test_media_of_another_server_are_refused(stack: LocalStack, choices: Choices) -> None:
    stack.stop()
    with pytest.raises(StackError, match=r"holds media of rclone.*Ask for rclone"):
        LocalStack(stack.data, Store.MINIO, choices).start()


def test_a_wanted_port_that_is_taken_is_named(stack: LocalStack, places: Places) -> None:
    port = int(stack.environment("web")["S3_URL"].rpartition(":")[2])
    second = LocalStack(stack.data.with_name("second"), choices=Choices({"s3": port}, places))
    with pytest.raises(StackError, match=f"s3: port {port} is in use"):
        second.start()


def test_a_missing_minio_is_explained(tmp_path: Path, places: Places) -> None:
    nowhere = Places(places.models, places.postgres_home, tmp_path / "nowhere")
    with pytest.raises(StackError, match=r"MinIO: there is no program .* Run `make minio`"):
        LocalStack(tmp_path / "var", Store.MINIO, Choices(places=nowhere)).start()


def test_a_server_that_cannot_start_is_named_with_its_last_words(
    tmp_path: Path, places: Places
) -> None:
    broken = tmp_path / "minio"
    broken.write_text("#!/bin/sh\necho the disk is on fire\nexit 3\n")
    broken.chmod(0o755)
    choices = Choices(places=Places(places.models, places.postgres_home, broken))
    stack = LocalStack(tmp_path / "var", Store.MINIO, choices)
    others = descendants(os.getpid())
    with pytest.raises(StackError, match=r"MinIO .*ended while starting \(the disk is on fire\)"):
        stack.start()
    assert [one for one in descendants(os.getpid()) if one not in others] == []


@pytest.mark.media
def test_minio_starts_with_generated_keys(tmp_path: Path, choices: Choices) -> None:
    if not choices.places.minio.exists():
        pytest.skip("MinIO is not built; `make minio` builds it")
    stack = LocalStack(tmp_path / "var", Store.MINIO, choices)
    with stack:
        pid = stack.pid("s3")
        assert pid
        assert listening_addresses(pid) <= _LOOPBACK
        assert answers(stack, "s3")
    stack.erase()
