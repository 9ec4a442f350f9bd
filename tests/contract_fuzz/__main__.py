"""Sends what schemathesis makes of our contract; every answer has to be one that it names."""

import argparse
import json
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from rich.console import Console
from rich.table import Table
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mobile_contract.proofs import NONCE_HEADER
from tests.access.door import web_alone
from tests.contract_fuzz.callers import Sender, senders
from tests.servers import ROOT, migrated_stack, web_parts

Operation = APIOperation[Any, Any, Any, Any]
Generated = Case[Any]

FEWEST = 2000
CONTRACT = ROOT / "mobile_contract" / "openapi.json"
WITHIN_S = 30
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass
class Found:
    """What was sent and what was wrong with the answers."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)  # the first of each kind

    @property
    def sent(self) -> int:
        """How many requests were answered."""
        return sum(self.answers.values())


def main(words: list[str]) -> int:
    """Send at least FEWEST requests; 0 when no answer was outside the contract."""
    asked = _arguments().parse_args(words)
    console, found = Console(width=120), Found()
    with (
        tempfile.TemporaryDirectory(prefix="checkin-fuzz-") as folder,
        migrated_stack() as stack,
        web_parts(stack) as parts,
        web_alone(stack, parts, Path(folder)) as world,
    ):
        contract = schemathesis.openapi.from_dict(json.loads(CONTRACT.read_text()))
        operations = [read_operation(one) for one in contract.get_all_operations()]
        crowd = list(senders(world))
        share = math.ceil(asked.requests / (len(operations) * len(crowd) * 2))
        for sender in crowd:
            for operation, mode in _turns(operations):
                _send(world.url, sender, operation, (mode, share, asked.seed), found)
    return _print(console, found, asked.seed)


def read_operation(found: Any) -> Operation:
    """Give an operation; raises what is wrong with it in the contract."""
    operation: Operation = found.ok()
    return operation


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.contract_fuzz")
    parser.add_argument("--requests", type=int, default=FEWEST + 500)
    parser.add_argument("--seed", type=int, default=20261123)
    return parser


def _turns(operations: list[Any]) -> Iterator[tuple[Any, GenerationMode]]:
    for operation in operations:
        yield operation, GenerationMode.POSITIVE
        yield operation, GenerationMode.NEGATIVE


def _send(
    url: str,
    sender: Sender,
    operation: Operation,
    how: tuple[GenerationMode, int, int],
    found: Found,
) -> None:
    """Send one caller's share of one operation."""
    mode, share, chance = how

    @seed(chance)
    @settings(
        max_examples=share,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Generated) -> None:
        _one(url, sender, case, found)

    try:
        send()
    except (schemathesis.errors.SchemathesisError, Unsatisfiable) as nothing:
        # An operation without parameters or body has nothing that could be made wrong.
        if mode is GenerationMode.POSITIVE:
            raise AssertionError(f"{operation.label}: {nothing}") from nothing


def _one(url: str, sender: Sender, case: Generated, found: Found) -> None:
    label = f"{case.operation.label} as {sender.name}"
    for name in set(case.path_parameters or {}) & set(sender.ids):
        case.path_parameters[name] = sender.ids[name]
    with requests.Session() as session:
        session.trust_env = False
        answer = case.call(base_url=url, session=session, auth=sender.prover, timeout=WITHIN_S)
    sender.heard(*answer.headers.get(NONCE_HEADER.lower(), [])[:1])
    found.answers[sender.name, answer.status_code] += 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as failures:
        for failure in failures.exceptions:
            found.faults.setdefault(f"{label}: {type(failure).__name__}", str(failure)[:600])


def _print(console: Console, found: Found, chance: int) -> int:
    table = Table("as", "requests", "answers", title=f"make contract-fuzz, seed {chance}")
    for name in dict.fromkeys(name for name, _ in found.answers):
        mine = {status: n for (who, status), n in sorted(found.answers.items()) if who == name}
        told = ", ".join(f"{status}: {count}" for status, count in mine.items())
        table.add_row(name, str(sum(mine.values())), told)
    console.print(table)
    for label, fault in found.faults.items():
        console.print(f"[red]outside the contract[/red] {label}\n{fault}\n", markup=True)
    console.print(f"{found.sent} requests, {len(found.faults)} kinds of answers outside")
    return 0 if found.sent >= FEWEST and not found.faults else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
