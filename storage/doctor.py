"""`python -m storage.doctor [--media] [--json]`: what an environment reaches and what it lacks."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from storage import servers
from storage.abilities import Ability, Has, try_abilities
from storage.database import DatabaseUnavailableError, Scope, ScopeKind, close_sessions
from storage.findings import Finding, Grade
from storage.keys import WeakKeyError
from storage.media import StoreUnavailableError
from storage.parts import Parts, open_parts
from storage.reconcile import Disagreement, Wrong, disagreements
from storage.settings import SettingMissingError, StorageSettings, StoreSettings
from storage.upkeep import upkeep

SCOPE = Scope(ScopeKind.COMMAND, "doctor")
LACKING = {
    Ability.VERSIONS: "what is overwritten is lost; reads still refuse it by its hash",
    Ability.CONDITIONAL_PUT: "a put cannot be refused where the key is taken",
    Ability.OBJECT_LOCK: "what is held can be removed by whoever has the keys",
    Ability.ENCRYPTION: "media lie in clear on its disks, unless those are encrypted",
    Ability.LIFECYCLE: "leftovers of broken uploads are not removed by the server itself",
}
SAID = {
    Wrong.GONE: "the object that this row names is not there",
    Wrong.CHANGED: "the bytes are not those of the row",
    Wrong.UNKNOWN: "no row knows this version",
}


def examine(settings: StorageSettings, parts: Parts) -> Iterator[Finding]:
    """Says of each server whether it is reached and what it can do, then how the work stands."""
    database = servers.database(parts, SCOPE)
    store = servers.store(parts, settings.store)
    yield from (*database, servers.bell(settings.bell), store)
    if store.grade is Grade.OK:
        yield from _abilities(settings.store)
    if all(finding.grade is not Grade.FAULT for finding in database):
        yield from upkeep(parts, SCOPE)


def _abilities(settings: StoreSettings) -> Iterator[Finding]:
    for ability, has in try_abilities(settings).items():
        about = f"object store, {ability}"
        if has is Has.YES:
            yield Finding(Grade.OK, about, "it has")
        elif has is Has.NO:
            yield Finding(Grade.WARN, about, f"it has not: {LACKING[ability]}")
        else:
            yield Finding(Grade.WARN, about, "cannot be tried with these credentials")


def examine_media(parts: Parts) -> Iterator[Finding]:
    """Names every object about which database and store disagree; reads all media."""
    found = 0
    try:
        for one in disagreements(parts, SCOPE):
            found += 1
            yield Finding(Grade.FAULT, "media", _told(one))
    except (StoreUnavailableError, DatabaseUnavailableError) as fault:
        yield Finding(Grade.FAULT, "media", f"not compared to the end: {type(fault).__name__}")
        return
    if not found:
        yield Finding(Grade.OK, "media", "every row has its object, every object its row")


def _told(one: Disagreement) -> str:
    version = f" version {one.version_id}" if one.version_id else ""
    row = f" (row {one.media_id})" if one.media_id else ""
    return f"{one.wrong}: {one.key}{version}{row}: {SAID[one.wrong]}"


def show(findings: Iterable[Finding], *, as_json: bool) -> int:
    """Writes findings to stdout as they come, or as one JSON document; returns the exit status."""
    seen = []
    for finding in findings:
        seen.append(finding)
        if not as_json:
            sys.stdout.write(f"{finding.grade:<5} {finding.about}: {finding.said}\n")
            sys.stdout.flush()
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in seen], indent=2) + "\n")
    return int(any(finding.grade is Grade.FAULT for finding in seen))


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Examines the environment: 0 where nothing is wrong, 1 where something is, 2 unset."""
    parser = argparse.ArgumentParser(prog="python -m storage.doctor")
    parser.add_argument("--media", action="store_true", help="compare all media with their rows")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    chosen = parser.parse_args(arguments)
    try:
        settings = StorageSettings.read(environ)
        parts = open_parts(settings)
    except (SettingMissingError, WeakKeyError) as missing:
        sys.stderr.write(f"doctor: {missing}\n")
        return 2
    try:
        found = examine_media(parts) if chosen.media else examine(settings, parts)
        return show(found, as_json=chosen.json)
    finally:
        close_sessions(parts.sessions)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
