"""`python -m storage.doctor [--media [--erase-orphans --as NAME]] [--json]`.

What an environment reaches and what it lacks; with --media, where database and store disagree.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from storage import servers
from storage.abilities import Ability, Has, try_abilities
from storage.database import Scope, ScopeKind, close_sessions
from storage.findings import Finding, Grade
from storage.keys import WeakKeyError
from storage.media_doctor import erase_orphans, examine_media
from storage.parts import Parts, open_parts
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
    parser.add_argument(
        "--erase-orphans",
        action="store_true",
        help="with --media: remove what no row has named for a day, each logged",
    )
    parser.add_argument("--as", dest="name", help="who erases, for the trail")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    chosen = parser.parse_args(arguments)
    if chosen.erase_orphans and not (chosen.media and chosen.name):
        parser.error("--erase-orphans goes with --media and --as NAME")
    try:
        settings = StorageSettings.read(environ)
        parts = open_parts(settings)
    except (SettingMissingError, WeakKeyError) as missing:
        sys.stderr.write(f"doctor: {missing}\n")
        return 2
    try:
        return show(_asked_for(chosen, settings, parts), as_json=chosen.json)
    finally:
        close_sessions(parts.sessions)


def _asked_for(
    chosen: argparse.Namespace, settings: StorageSettings, parts: Parts
) -> Iterator[Finding]:
    if chosen.erase_orphans:
        return erase_orphans(parts, Scope(ScopeKind.COMMAND, chosen.name))
    return examine_media(parts, SCOPE) if chosen.media else examine(settings, parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
