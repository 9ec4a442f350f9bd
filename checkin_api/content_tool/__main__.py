"""`python -m checkin_api.content_tool`: check a study module's folder, or send it."""

import argparse
import getpass
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from checkin_api.content_tool.editor_key import KeyFileError, editor_key, usual_file
from checkin_api.content_tool.faults import ModuleFaultsError
from checkin_api.content_tool.module_folder import read_module
from checkin_api.content_tool.report import Report
from checkin_api.content_tool.server import (
    ContentServer,
    NoAnswerError,
    RefusedError,
    UnsafeServerError,
    connect,
)
from checkin_api.content_tool.upload import upload
from mobile_contract.codes import ProblemCode
from mobile_contract.content import EditorSignIn
from mobile_contract.messages import Language

STOPPED = 130  # as shells count a Ctrl-C


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command; returns the exit status: 0 done, 1 not done, 130 stopped by Ctrl-C."""
    asked = _parser().parse_args(arguments)
    consoles = (
        Console(file=file, markup=False, highlight=False) for file in (sys.stdout, sys.stderr)
    )
    report = Report(asked.language or _language(environ), *consoles)
    try:
        return _run(asked, report, environ)
    except ModuleFaultsError as fault:
        report.faults(fault.faults)
    except RefusedError as refusal:
        report.problem(refusal.problem)
    except NoAnswerError as fault:
        report.trouble("no_answer", server=asked.server, why=fault)
    except UnsafeServerError:
        report.trouble("unsafe", server=asked.server)
    except KeyFileError as fault:
        report.trouble(f"key.{fault.reason}", file=fault.file)
    except (OSError, UnicodeDecodeError) as fault:
        report.trouble("no_file", file=getattr(fault, "filename", "") or asked.password_file)
    except KeyboardInterrupt:
        report.trouble("stopped")
        return STOPPED
    return 1


def _run(asked: argparse.Namespace, report: Report, environ: Mapping[str, str]) -> int:
    module = read_module(asked.folder)
    report.checked(module)
    if asked.command == "check":
        return 0
    key = editor_key(asked.key or usual_file(environ))
    with connect(asked.server) as http:
        server = ContentServer(http, key)
        try:
            _sign_in(server, asked, report)
        except ValidationError:
            report.trouble("sign_in_length")
            return 1
        with report.bar() as bar:
            done = upload(server, module, bar.begin)
        report.uploaded(module, done)
    return 0


def _sign_in(server: ContentServer, asked: argparse.Namespace, report: Report) -> None:
    """Sign in; where the server wants a code and none was given, a person is asked for it."""
    password = _password(asked.password_file)
    body = EditorSignIn(login=asked.login, password=password, code=asked.code)
    try:
        server.sign_in(body)
    except RefusedError as refusal:
        needed = refusal.problem.code == ProblemCode.SECOND_FACTOR_NEEDED
        if not needed or asked.code or not sys.stdin.isatty():
            raise
        code = getpass.getpass(report.question("code"))
        server.sign_in(EditorSignIn(login=asked.login, password=password, code=code))


def _password(file: Path | None) -> str:
    """Read a password from a file or a person; on the command line, everybody could see it."""
    if file is None:
        return getpass.getpass()
    return file.read_text(encoding="utf-8").rstrip("\r\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m checkin_api.content_tool",
        description="Checks a study module's folder and sends it to the server.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say what is wrong with a folder; sends nothing")
    send = commands.add_parser("upload", help="send a folder's module and publish it")
    for command in (check, send):
        command.add_argument("folder", type=Path)
        command.add_argument("--language", type=Language, choices=list(Language))
    send.add_argument("--server", required=True, metavar="URL")
    send.add_argument("--login", required=True)
    send.add_argument("--password-file", type=Path, metavar="FILE", help="(asks otherwise)")
    send.add_argument("--code", help="of your authenticator app (asks otherwise)")
    send.add_argument(
        "--key", type=Path, metavar="FILE", help="your key, made on first use (in your config)"
    )
    return parser


def _language(environ: Mapping[str, str]) -> Language:
    wanted = next((environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(n)), "")
    return Language.ZH if wanted.startswith("zh") else Language.EN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
