"""`import-references` at the terminal: how far it is, a line for each fault, and the sums."""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import track

from checkin_api.admin.faults import refuse
from checkin_api.admin.import_references import Became, Importer, Line, import_person, importer
from checkin_api.admin.people_command import Told
from checkin_api.admin.people_faults import FileMistake
from checkin_api.admin.references_folder import FolderFaultError, PersonFolder, person_folders
from mobile_contract.messages import Language, message
from storage.database import close_sessions
from storage.parts import open_parts
from storage.settings import StorageSettings

COMMAND = "import-references"


def run(asked: argparse.Namespace, environ: Mapping[str, str], language: Language) -> Told:
    """Take each person's photos by itself; raises RefusedCommandError before the first."""
    if not asked.acting:
        raise refuse(FileMistake.AS)
    folders, strays = person_folders(asked.folder)
    parts = open_parts(StorageSettings.read(environ))
    try:
        lines = _imported(importer(parts, asked.acting), folders, language)
    finally:
        close_sessions(parts.sessions)
    return _told([*(_stray(one) for one in strays), *lines], language)


def _imported(by: Importer, folders: Sequence[PersonFolder], language: Language) -> list[Line]:
    watched = track(
        folders,
        message("admin.references.progress", language),
        console=Console(file=sys.stderr),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    return [import_person(by, folder) for folder in watched]


def _stray(one: FolderFaultError) -> Line:
    return Line(Became.FAULT, one.place, one.fault)


def _told(lines: Sequence[Line], language: Language) -> Told:
    counts = Counter(line.became for line in lines)
    faults = [line for line in lines if line.became is Became.FAULT]
    said = [f"{line.place}: {message(line.fault, language)}" for line in faults]
    sums = {str(one): counts[one] for one in Became}
    return Told(
        {**sums, "faults": [[line.place, line.fault.rpartition(".")[2]] for line in faults]},
        [*said, message("admin.references.done", language, **sums)],
        status=1 if faults else 0,
    )
