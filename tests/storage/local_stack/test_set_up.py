"""`.ci/set-up` on machines that lack something: a plain sentence, and nothing left behind."""

import shutil
import subprocess
from pathlib import Path

import pytest

from storage.local_stack.places import CHECKOUT


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout of which only the set-up matters."""
    shutil.copytree(CHECKOUT / ".ci", tmp_path / "checkout" / ".ci")
    shutil.copy(CHECKOUT / "requirements.txt", tmp_path / "checkout")
    return tmp_path / "checkout"


def set_up(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up with a Python of our choice."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": python}
    command = [str(checkout / ".ci" / "set-up")]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def lay_python(folder: Path, script: str) -> str:
    """Lay a Python that does as the script says."""
    python = folder / "python-of-the-test"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return str(python)


def test_without_venv_it_says_the_apt_line_and_leaves_nothing(fresh: Path, tmp_path: Path) -> None:
    python = lay_python(tmp_path, 'case $2 in *ensurepip*) exit 1;; esac; exec python3 "$@"')
    before = sorted(fresh.rglob("*"))
    ended = set_up(fresh, python)
    assert ended.returncode == 1
    assert "apt-get install python3-venv" in ended.stderr
    assert sorted(fresh.rglob("*")) == before


def test_an_old_python_is_named_and_nothing_is_left(fresh: Path, tmp_path: Path) -> None:
    ended = set_up(fresh, lay_python(tmp_path, "exit 1"))
    assert ended.returncode == 1
    assert "Python 3.11 or newer is needed" in ended.stderr
    assert not (fresh / ".venv").exists()


def test_an_environment_that_cannot_be_made_leaves_nothing(fresh: Path, tmp_path: Path) -> None:
    fails = 'case $2 in venv) mkdir .venv; exit 1;; esac; exec python3 "$@"'
    ended = set_up(fresh, lay_python(tmp_path, fails))
    assert ended.returncode == 1
    assert not (fresh / ".venv").exists()
