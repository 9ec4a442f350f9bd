"""The words of the command line."""

import argparse
from pathlib import Path

from checkin_api.admin.layout import Plan
from mobile_contract.messages import Language
from storage.key_files import KeyUse
from storage.records import Role

EXPLAINED = (
    "What is done at a terminal; every command is done whole or not at all, only import-references"
    " takes each person by itself."
)
PROGRAM = "python -m checkin_api.admin"


def parser() -> argparse.ArgumentParser:
    """Describe every command and what it takes."""
    top = argparse.ArgumentParser(prog=PROGRAM, description=EXPLAINED)
    _add_shared(top, acting=None, language=None, as_json=False)
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_shared(shared)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, explained: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=explained, description=explained, parents=[shared])

    _describe_places(command("add-district", "a district"), command("add-office", "an office"))
    _describe_officer(command("add-officer", "an account; prints its one-time set-up code"))
    _describe_person(command("add-offender", "a person under supervision, with a plan"))
    for name, explained in (
        ("new-code", "a new one-time set-up code for an account that never had a password"),
        ("disable-officer", "end an account and its sign-ins"),
    ):
        command(name, explained).add_argument("login")
    file = command("lay-out", "everything of one YAML file, or nothing of it")
    file.add_argument("file", type=Path)
    _describe_rule(command("set-rule", "a value of a rule from an instant on"))
    _describe_thresholds(
        command("lay-in-thresholds", "limits of comparing faces, for two people to put in force")
    )
    _describe_import(command("import-people", "a city's places, accounts and people from a file"))
    to_file = command("export-people", "the same as a file of the same shape")
    to_file.add_argument("file", type=Path, help="a .csv or .xlsx that is not there yet")
    photos = command("import-references", "photos to enrol people with, a folder for each of them")
    photos.add_argument("folder", type=Path, help="of folders named by number (docs/import.md)")
    model = command("re-embed", "vectors of another model for every enrolled photo, then it judges")
    model.add_argument("model", type=Path, help="the file NEXT_RECOGNIZER names (docs/deploy.md)")
    model.add_argument("--begin", action="store_true", help="only begin, do not watch")
    keys = command("keys", "the server's key files, where none are")
    keys.add_argument("folder", type=Path)
    new_key = command("new-key", "one more key file beside the old ones; the newest signs")
    new_key.add_argument("use", choices=[str(use) for use in KeyUse])
    new_key.add_argument("folder", type=Path)
    return top


def _add_shared(to: argparse.ArgumentParser, **defaults: object) -> None:
    to.add_argument(
        "--as", dest="acting", metavar="NAME", help="who acts, for the record (your account here)"
    )
    to.add_argument("--json", dest="as_json", action="store_true", help="the report as JSON")
    to.add_argument("--language", type=Language, choices=list(Language), help="of the report")
    to.set_defaults(**defaults)


def _describe_places(district: argparse.ArgumentParser, office: argparse.ArgumentParser) -> None:
    for one in (district, office):
        one.add_argument("code")
        one.add_argument("name")
    office.add_argument("--district", required=True, metavar="CODE")


def _describe_officer(officer: argparse.ArgumentParser) -> None:
    officer.add_argument("login")
    officer.add_argument("name")
    officer.add_argument("--role", required=True, choices=[str(role) for role in Role])
    officer.add_argument("--office", metavar="CODE", help="of an officer or head")
    officer.add_argument("--district", metavar="CODE", help="of a district supervisor")


def _describe_person(person: argparse.ArgumentParser) -> None:
    person.add_argument("number")
    person.add_argument("name")
    person.add_argument("--office", required=True, metavar="CODE")
    person.add_argument("--starts", metavar="DATE", help="of supervision (today)")
    person.add_argument("--plan", choices=[str(plan) for plan in Plan], help="(daily)")
    person.add_argument(
        "--plan-starts", metavar="DATE", help="first day with a window (tomorrow at the earliest)"
    )


def _describe_import(people: argparse.ArgumentParser) -> None:
    one = people.add_mutually_exclusive_group(required=True)
    one.add_argument("file", type=Path, nargs="?", help="a .csv or .xlsx (docs/import.md)")
    one.add_argument("--template", type=Path, metavar="FILE", help="write an empty one instead")
    people.add_argument(
        "--codes", type=Path, metavar="FILE", help="where new accounts' set-up codes go"
    )
    people.set_defaults(template=None, codes=None)


def _describe_thresholds(thresholds: argparse.ArgumentParser) -> None:
    thresholds.add_argument("file", type=Path, help="what calibrate --json wrote")
    thresholds.add_argument("name", help="never given to other limits again")
    thresholds.add_argument("--reason", required=True, metavar="TEXT")


def _describe_rule(rule: argparse.ArgumentParser) -> None:
    rule.add_argument("name")
    rule.add_argument("value", metavar="JSON")
    rule.add_argument("--from", dest="valid_from", required=True, metavar="INSTANT")
    rule.add_argument("--reason", required=True, metavar="TEXT")
    rule.add_argument("--district", metavar="CODE", help="(all districts)")
