"""`python -m checkin_api.admin`: one command, all of it or nothing, then a report."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError

from checkin_api.access.secret_texts import new_code
from checkin_api.admin import (
    accounts,
    people_command,
    re_embed,
    references_command,
    rules,
    thresholds,
)
from checkin_api.admin.acts import Act, Change, Done, Kind
from checkin_api.admin.arguments import parser
from checkin_api.admin.faults import Mistake, RefusedCommandError, refuse
from checkin_api.admin.lay_out import lay_out
from checkin_api.admin.layout import Layout, layout_of, read_layout
from checkin_api.admin.report import show_faults, show_json, show_table
from mobile_contract.messages import Language
from mobile_contract.shapes import Line
from storage.database import (
    DatabaseUnavailableError,
    Scope,
    ScopeKind,
    open_sessions,
    transaction,
)
from storage.key_files import KeyNotNewestError, KeyUse, add_key, lay_keys
from storage.settings import DatabaseSettings, SettingMissingError

Asked = argparse.Namespace
Result = TypeVar("Result")
ENTRY_OF = {
    "add-district": ("districts", ("code", "name")),
    "add-office": ("offices", ("code", "name", "district")),
    "add-officer": ("officers", ("login", "name", "role", "office", "district")),
    "add-offender": ("offenders", ("number", "name", "office", "starts", "plan", "plan_starts")),
}


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Carry out one command; returns the exit status: 0 done, 1 refused."""
    asked = parser().parse_args(arguments)
    language = asked.language or _language(environ)
    try:
        done = _translated(lambda: _carry_out(asked, environ, language))
    except RefusedCommandError as refused:
        show_faults(refused.faults, language, sys.stderr)
        return 1
    if isinstance(done, people_command.Told):
        people_command.show(done, sys.stdout, as_json=asked.as_json)
        return done.status
    if asked.as_json:
        show_json(done, sys.stdout)
    else:
        show_table(done, language, sys.stdout)
    return 0


def _translated(command: Callable[[], Result]) -> Result:
    """Carry a command out; every fault of the outside world becomes a refusal in plain words."""
    try:
        return command()
    except SettingMissingError as fault:
        raise refuse(Mistake.SETTING, why=fault) from fault
    except DatabaseUnavailableError as fault:
        raise refuse(Mistake.DATABASE_AWAY) from fault
    except DBAPIError as fault:
        why = type(fault.orig).__name__
        raise refuse(Mistake.DATABASE_REFUSED, why=why) from fault
    except OSError as fault:
        raise refuse(Mistake.FILE, file=fault.filename, why=fault.strerror) from fault


def _carry_out(
    asked: Asked, environ: Mapping[str, str], language: Language
) -> list[Done] | people_command.Told:
    if asked.command in people_command.COMMANDS:
        return people_command.run(asked, environ, language)
    if asked.command == references_command.COMMAND:
        return references_command.run(asked, environ, language)
    if asked.command == re_embed.COMMAND:
        return re_embed.run(asked, environ, language)
    if asked.command == "keys":
        return _keys(asked)
    if asked.command == "new-key":
        return _new_key(asked)
    wanted = _prepared(asked)
    scope = Scope(ScopeKind.COMMAND, _named(asked.acting or _account(environ)))
    sessions = open_sessions(DatabaseSettings.read(environ))
    with transaction(sessions, scope) as session:
        return wanted(Act(session, datetime.now(UTC), new_code))


def _prepared(asked: Asked) -> Callable[[Act], list[Done]]:
    """Read and check all that a command needs before the database is touched."""
    match asked.command:
        case "lay-out":
            layout = read_layout(asked.file)
            return lambda act: lay_out(act, layout)
        case "set-rule":
            value = _new_value(asked)
            return lambda act: [rules.set_rule(act, value)]
        case "lay-in-thresholds":
            found = thresholds.read_proposal(asked.file, asked.name, _named(asked.reason))
            return lambda act: thresholds.lay_in(act, found)
        case "new-code":
            return lambda act: [accounts.renew_code(act, asked.login)]
        case "disable-officer":
            return lambda act: [accounts.disable(act, asked.login)]
        case _:
            one = _one_entry(asked)
            return lambda act: _without_places(lambda: lay_out(act, one))


def _one_entry(asked: Asked) -> Layout:
    name, words = ENTRY_OF[asked.command]
    given = {word: getattr(asked, word) for word in words if getattr(asked, word) is not None}
    return _without_places(lambda: layout_of({name: [given]}))


def _without_places(step: Callable[[], Result]) -> Result:
    """Leave out where in a file a mistake is: a command line is no file."""
    try:
        return step()
    except RefusedCommandError as refused:
        places = [fault.place.partition("].")[2] for fault in refused.faults]
        named = zip(refused.faults, places, strict=True)
        raise RefusedCommandError(*(replace(f, place=place) for f, place in named)) from refused


def _new_value(asked: Asked) -> rules.NewValue:
    return rules.NewValue(
        name=asked.name,
        value=rules.read_value(asked.value),
        valid_from=rules.read_instant(asked.valid_from),
        reason=_named(asked.reason),
        district=asked.district,
    )


def _keys(asked: Asked) -> list[Done]:
    made = lay_keys(asked.folder)
    keys = (*asked.folder.glob("*-*.key"), *asked.folder.glob("receipts-*.pem"))
    held = sorted(set(keys) - set(made))
    return [
        *(Done(Kind.KEY, file.name, Change.ADDED) for file in made),
        *(Done(Kind.KEY, file.name, Change.UNCHANGED) for file in held),
    ]


def _new_key(asked: Asked) -> list[Done]:
    try:
        made = add_key(asked.folder, KeyUse(asked.use), datetime.now(UTC))
    except KeyNotNewestError as fault:
        raise refuse(Mistake.KEY_NOT_NEWEST, use=asked.use) from fault
    return [Done(Kind.KEY, made.name, Change.ADDED)]


def _named(text: str) -> str:
    try:
        return TypeAdapter(Line).validate_python(text)
    except ValidationError as fault:
        raise refuse(Mistake.LINE) from fault


def _account(environ: Mapping[str, str]) -> str:
    return environ.get("LOGNAME") or environ.get("USER") or f"uid {os.getuid()}"


def _language(environ: Mapping[str, str]) -> Language:
    wanted = next((environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(n)), "")
    return Language.ZH if wanted.startswith("zh") else Language.EN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
