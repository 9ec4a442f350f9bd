"""Building MinIO: which Go is taken, and that it is built once and cleanly."""

from pathlib import Path

import pytest

from storage.local_stack.faults import StackError
from storage.local_stack.minio_build import MODULE, build_minio, find_go
from storage.local_stack.places import Places, cache_folder

_BUILDS = (
    'case $1 in version) echo go version go1.24.1;; install) echo "$2" > "$GOBIN"/minio;; esac'
)
_FAILS = "case $1 in version) echo go version go1.24.1;; *) echo no such module >&2; exit 1;; esac"


def lay_go(folder: Path, script: str) -> dict[str, str]:
    """Lay a `go` that does as the script says and return the environment that finds it."""
    folder.mkdir(exist_ok=True)
    go = folder / "go"
    go.write_text(f'#!/bin/sh\n[ -z "$GOBIN" ] || mkdir -p "$GOBIN"\n{script}\n')
    go.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.fixture
def empty(tmp_path: Path) -> Places:
    """Places where no MinIO was built yet."""
    return Places(tmp_path, tmp_path, tmp_path / "cache" / "minio" / "minio-1")


def test_a_new_enough_go_on_the_path_is_taken(tmp_path: Path) -> None:
    assert find_go(lay_go(tmp_path, _BUILDS)) == tmp_path / "go"


def test_debians_old_go_is_not_taken(tmp_path: Path) -> None:
    old = lay_go(tmp_path, "echo go version go1.19.8 linux/amd64")
    assert find_go(old) != tmp_path / "go"


def test_it_is_built_from_the_pinned_commit_and_the_work_is_cleared(
    tmp_path: Path, empty: Places
) -> None:
    program = build_minio(empty, lay_go(tmp_path / "go", _BUILDS))
    assert program.read_text().strip() == MODULE
    assert sorted(path.name for path in program.parent.iterdir()) == ["lock", "minio-1"]


def test_it_is_built_once(tmp_path: Path, empty: Places) -> None:
    build_minio(empty, lay_go(tmp_path / "go", _BUILDS))
    assert build_minio(empty, lay_go(tmp_path / "go", _FAILS)) == empty.minio


def test_a_failed_build_says_why_and_leaves_nothing(tmp_path: Path, empty: Places) -> None:
    with pytest.raises(StackError, match=r"MinIO: building failed \(no such module"):
        build_minio(empty, lay_go(tmp_path / "go", _FAILS))
    assert [path.name for path in empty.minio.parent.iterdir()] == ["lock"]


def test_the_cache_lies_where_the_environment_says(tmp_path: Path) -> None:
    moved = cache_folder({"XDG_CACHE_HOME": str(tmp_path)}, Path("/nowhere"))
    assert moved == tmp_path / "community-checkin"
    assert cache_folder({}, tmp_path) == tmp_path / ".cache" / "community-checkin"
