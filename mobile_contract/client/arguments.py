"""The command line of the reference phone: what can be asked, and how it is spelled."""

import argparse
from datetime import datetime
from pathlib import Path
from uuid import UUID

from mobile_contract.codes import Datum, NoPlaceReason, NoSelfieReason, RequestKind
from mobile_contract.movement_codes import NoMovementReason

FOLDER = Path("phone")


def parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m mobile_contract.client`."""
    top = argparse.ArgumentParser(
        prog="python -m mobile_contract.client",
        description="A phone on the command line; answers are JSON.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    _activation(commands)
    _checkins(commands)
    _reading(commands)
    _study(commands)
    receipt = _command(commands, "verify-receipt", "check a receipt with the published keys")
    receipt.add_argument("file", type=Path)
    return top


def instant(text: str) -> datetime:
    """Read an instant that names its offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = "an instant needs its offset"
        raise argparse.ArgumentTypeError(message)
    return moment


Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives its type no public name


def _command(
    commands: "Commands[argparse.ArgumentParser]", name: str, what: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=what, description=what)
    command.add_argument("--server", help="the server's URL; remembered after activation")
    command.add_argument("--folder", type=Path, default=FOLDER, help="where this phone lives")
    return command


def _activation(commands: "Commands[argparse.ArgumentParser]") -> None:
    activate = _command(commands, "activate", "exchange an activation code for tokens")
    activate.add_argument("number", help="the person's number")
    activate.add_argument("code", help="the code from an officer")
    request = _command(commands, "request", "ask an officer to let this phone in, without a code")
    request.add_argument("number", help="the person's number")
    request.add_argument("--words", help="what happened")
    _command(commands, "collect", "take up what an officer decided about the request")


def _checkins(commands: "Commands[argparse.ArgumentParser]") -> None:
    checkin = _command(commands, "checkin", "capture a check-in and send what waits")
    selfie = checkin.add_mutually_exclusive_group(required=True)
    selfie.add_argument("--selfie", type=Path, help="a JPEG")
    selfie.add_argument("--no-selfie", type=NoSelfieReason, choices=list(NoSelfieReason))
    checkin.add_argument("--lat", type=float)
    checkin.add_argument("--lon", type=float)
    checkin.add_argument("--datum", type=Datum, choices=list(Datum))
    checkin.add_argument("--accuracy", type=float, help="radius in metres")
    checkin.add_argument("--no-place", type=NoPlaceReason, choices=list(NoPlaceReason))
    checkin.add_argument("--window", type=UUID, help="a hint; the server picks the window")
    shown = checkin.add_mutually_exclusive_group()
    shown.add_argument(
        "--frame",
        action="append",
        default=[],
        metavar="PROMPT=FILE",
        help="a JPEG of the opened challenge, in order; prompts are counted from 0",
    )
    shown.add_argument("--no-movement", type=NoMovementReason, choices=list(NoMovementReason))
    checkin.add_argument("--offline", action="store_true", help="capture only")
    checkin.add_argument("--wait", type=float, default=0.0, help="seconds to wait for a verdict")
    challenge = _command(commands, "challenge", "open a movement challenge for the next check-in")
    challenge.add_argument(
        "--stock", action="store_true", help="only fetch some for places without a signal"
    )
    send = _command(commands, "send", "send what waits")
    send.add_argument("--stopped-too", action="store_true", help="also what needed a correction")
    photos = _command(commands, "enrol", "send photos to be enrolled with")
    photos.add_argument("photos", type=Path, nargs="+", metavar="JPEG")
    ask = _command(commands, "ask", "ask the office for an exemption or new references")
    ask.add_argument("kind", type=RequestKind, choices=list(RequestKind))
    ask.add_argument("words")
    objection = _command(commands, "object", "object to a decision")
    objection.add_argument("checkin", type=UUID)
    objection.add_argument("words")


def _reading(commands: "Commands[argparse.ArgumentParser]") -> None:
    status = _command(commands, "status", "where one check-in stands")
    status.add_argument("checkin", type=UUID)
    status.add_argument("--wait", type=float, default=0.0, help="seconds to wait for a verdict")
    windows = _command(commands, "windows", "when check-ins are due")
    windows.add_argument("--from", dest="start", type=instant)
    windows.add_argument("--to", dest="end", type=instant)
    for name, what in (("checkins", "the latest check-ins"), ("notices", "what you were told")):
        _command(commands, name, what).add_argument("--since", type=instant)
    _command(commands, "seen", "mark a notice as seen").add_argument("notice", type=UUID)
    _command(commands, "me", "what the server knows of you and this phone")
    _command(commands, "enrolment", "the photos you are enrolled with")
    _command(commands, "requests", "what you asked the office for")
    _command(commands, "receipts", "every receipt this phone keeps")


def _study(commands: "Commands[argparse.ArgumentParser]") -> None:
    _command(commands, "modules", "the study modules")
    download = _command(commands, "download", "download one version of a module")
    download.add_argument("version", type=UUID)
    complete = _command(commands, "complete", "complete a downloaded version, offline")
    complete.add_argument("version", type=UUID)
    complete.add_argument("--minutes", type=int, required=True)
    complete.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="QUESTION=CHOICE[,CHOICE]",
        help="one for each question",
    )
