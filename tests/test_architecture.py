"""The shape of the project, as far as a test can hold it; docs/architecture.md gives the reasons.

That every code has its words in both languages is held by tests/mobile_contract/test_messages.py.
"""

import ast
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkin_api.access.permissions import PERMISSIONS, Action
from checkin_api.app import routes
from checkin_api.openapi import FILE, as_text, contract
from storage.key_files import lay_keys
from storage.queues import DRAIN
from storage.records import WorkKind
from storage.work import QUEUE_OF
from verifier.jobs.handlers import HANDLERS, Handler, handler_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("checkin_api", "verifier", "storage", "mobile_contract")
GENERATED = ROOT / "storage/migrations/versions"  # written by Alembic once, then frozen
LONGEST_FILE, LONGEST_FUNCTION = 250, 40
PATTERN_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|base)(_|$)")

# Rooms of the API that are no features: everybody uses them, or they use everybody.
NO_FEATURES = {"access", "admin", "console", "content_tool"}
# A name that may be used in one place only. What import-linter can see stands in pyproject.toml.
ONE_PLACE = {"create_engine": "storage/database.py", "dlib": "verifier/faces"}
# A process's edge: there an unknown fault ends one piece of work and not the process.
EDGES = {"verifier/jobs/claiming.py", "verifier/jobs/drain.py", "verifier/clock.py"}
# Only a process that starts knows its environment; everybody else gets settings.
READS_ENVIRONMENT = {
    "checkin_api/gunicorn_conf.py",
    "checkin_api/wsgi.py",
    "storage/doctor.py",
    "storage/local_stack/minio_build.py",
    "storage/local_stack/processes.py",
    "storage/local_stack/stack.py",
    "verifier/clock.py",
    "verifier/faces/__init__.py",  # sets what OpenCV reads at its import
    "verifier/faces/models.py",
    "verifier/worker.py",
}
# Rows whose state follows from the one before: only `move` of the record changes it.
MOVED = re.compile(r"(CheckIn|Device|Media|ReferenceSet)State\.")
FACE_LIBRARIES = ("cv2", "dlib", "face_recognition", "onnx", "onnxruntime", "verifier.faces.models")
PLACES_OF_ONE_MACHINE = re.compile(r"(?<![\w.<~}])/(work|root|home|Users|mnt)/|\.\./shared")
NOT_OURS = {".git", ".venv", "var", "build", "vendor", "node_modules"}


def python_files(*folders: str) -> Iterator[Path]:
    """Every module below these folders that somebody wrote by hand."""
    for folder in folders:
        yield from (p for p in (ROOT / folder).rglob("*.py") if GENERATED not in p.parents)


def written_files() -> Iterator[Path]:
    """Every text file of the tree, whatever its kind."""
    for path in ROOT.rglob("*"):
        first = path.relative_to(ROOT).parts[0]
        hidden = first.startswith(".") and first != ".ci"
        if path.is_file() and first not in NOT_OURS and not hidden and path.suffix != ".pyc":
            yield path


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def test_modules_import_only_what_their_layer_may() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_feature_of_the_api_is_held_apart_from_the_others() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    apart = next(one["modules"] for one in contracts if one["type"] == "independence")
    rooms = {path.parent.name for path in (ROOT / "checkin_api").glob("*/__init__.py")}
    assert rooms - NO_FEATURES == {module.removeprefix("checkin_api.") for module in apart}


def test_no_file_is_longer_than_one_can_read() -> None:
    pages = (path for path in (ROOT / "checkin_api").rglob("*") if path.suffix in {".html", ".css"})
    files = [
        *python_files(*PACKAGES, "tests"),
        *pages,
        ROOT / "Makefile",
        *(ROOT / ".ci").iterdir(),
    ]
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{name_of(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in python_files(*PACKAGES, "tests")
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_names_say_the_domain_and_not_the_pattern() -> None:
    files = python_files(*PACKAGES, "tests")
    assert [name_of(path) for path in files if PATTERN_NAMES.search(path.stem)] == []


@pytest.mark.parametrize(("name", "place"), ONE_PLACE.items())
def test_a_name_is_used_in_its_one_place(name: str, place: str) -> None:
    users = {
        name_of(path)
        for path in python_files(*PACKAGES)
        for node in nodes(path)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and name in {alias.name.split(".")[0] for alias in node.names}
    }
    assert [user for user in users if not user.startswith(place)] == []


def test_unknown_faults_are_caught_only_at_the_edge_of_a_process() -> None:
    catching = {
        name_of(path) for path in python_files(*PACKAGES) if any(map(_swallows, nodes(path)))
    }
    assert catching == EDGES


def _swallows(node: ast.AST) -> bool:
    """Tells whether a handler takes every fault and does not raise it again."""
    if not isinstance(node, ast.ExceptHandler) or isinstance(node.body[-1], ast.Raise):
        return False
    caught = set() if node.type is None else {ast.unparse(one) for one in ast.walk(node.type)}
    return node.type is None or bool(caught & {"Exception", "BaseException"})


def test_states_that_follow_from_one_another_are_changed_by_moving() -> None:
    setting = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files(*PACKAGES)
        for node in nodes(path)
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]).endswith(".state")
        and MOVED.match(ast.unparse(node.value))
    ]
    assert setting == []


def test_the_environment_is_read_where_processes_start() -> None:
    reading = {
        name_of(path)
        for path in python_files(*PACKAGES)
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    }
    assert {name for name in reading if not name.endswith("__main__.py")} <= READS_ENVIRONMENT


@pytest.mark.parametrize(
    "start",
    [
        "import checkin_api.wsgi",
        "import verifier.clock",
        "from verifier import settings, worker; from storage.records import Queue;"
        " worker.furnish(settings.WorkerSettings.read(os.environ, Queue.CHORES))",
    ],
    ids=["web", "clock", "chores"],
)
def test_a_process_that_looks_at_no_faces_loads_no_face_library(start: str, tmp_path: Path) -> None:
    lay_keys(tmp_path)
    settings = {
        "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "S3_URL": "http://127.0.0.1:1",
        "S3_ACCESS_KEY": "key",
        "S3_SECRET_KEY": "secret",
        "KEYS_FOLDER": str(tmp_path),
        "PUBLIC_URL": "http://127.0.0.1:1",
    }
    # Into a file: a process's own threads write to its output.
    told = tmp_path / "loaded.json"
    look = f"import json, os, pathlib, sys; {start};"
    look += f" pathlib.Path({str(told)!r}).write_text(json.dumps(list(sys.modules)))"
    subprocess.run([sys.executable, "-c", look], cwd=ROOT, env=os.environ | settings, check=True)
    assert set(json.loads(told.read_text())) & set(FACE_LIBRARIES) == set()


def test_the_one_job_on_the_queues_exists() -> None:
    drain = pkgutil.resolve_name(DRAIN)
    assert list(inspect.signature(drain).parameters) == []


@pytest.mark.parametrize("kind", WorkKind)
def test_every_kind_of_work_has_a_queue_and_a_handler(kind: WorkKind) -> None:
    assert kind in QUEUE_OF
    assert kind in HANDLERS
    for step in ("handle", "put_back", "give_up"):
        promised = list(inspect.signature(getattr(Handler, step)).parameters)[1:]
        assert list(inspect.signature(getattr(handler_of(kind), step)).parameters) == promised


def test_every_action_has_an_entry_in_the_permission_table() -> None:
    assert set(PERMISSIONS) == set(Action)
    assert [action for action, allowed in PERMISSIONS.items() if not allowed] == []


def test_every_action_is_asked_for_by_some_route() -> None:
    assert {route.action for route in routes()} == set(Action)


def test_no_route_hides_another() -> None:
    table = routes()
    assert len({route.endpoint for route in table}) == len(table)
    assert len({(route.method, route.path) for route in table}) == len(table)


def test_the_committed_contract_is_what_the_routes_say() -> None:
    assert FILE.read_text(encoding="utf-8") == as_text(contract(routes())), "run make contract"


def test_nothing_names_a_place_of_one_machine() -> None:
    named = {}
    for path in written_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        if path != Path(__file__) and (found := PLACES_OF_ONE_MACHINE.search(text)):
            named[name_of(path)] = found.group()
    assert named == {}
