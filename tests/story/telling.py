"""How the story is told: a line for each step, a table at the end, and whether it went so."""

import sys
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from mobile_contract.checkins import CheckInStatus

LOG_WIDTH = 150


class WentOtherwiseError(AssertionError):
    """A step went otherwise than the story says."""


@dataclass(frozen=True)
class Line:
    """One step: who, what was sent, what the phone reads, what the officer's page shows."""

    step: int
    who: str
    sent: str
    heard: str
    seen: str = ""
    milliseconds: int | None = None


def _console() -> Console:
    """The terminal as wide as it is; a log as wide as the table."""
    return Console(width=None if sys.stdout.isatty() else LOG_WIDTH, highlight=False)


@dataclass
class Telling:
    """Collects and prints the lines."""

    console: Console = field(default_factory=_console)
    lines: list[Line] = field(default_factory=list)

    def chapter(self, number: int, title: str) -> None:
        """Begin a part of the story."""
        self.console.print(f"\n[bold]{number}. {title}[/bold]")

    def say(self, text: str) -> None:
        """Say something that is no step."""
        self.console.print(f"   [dim]{text}[/dim]")

    def tell(self, line: Line) -> None:
        """Tell one step as it happened."""
        self.lines.append(line)
        took = "" if line.milliseconds is None else f"  [{line.milliseconds} ms]"
        seen = f"  | officer sees: {line.seen}" if line.seen else ""
        text = f"   {line.who}: {line.sent} -> {line.heard}{seen}{took}"
        self.console.print(text, markup=False, soft_wrap=True)

    def table(self) -> None:
        """Print everything once more, as a table."""
        table = Table(title="The story", title_justify="left")
        for heading in ("step", "who", "sent", "the phone reads", "the officer sees", "ms"):
            table.add_column(heading, justify="right" if heading in {"step", "ms"} else "left")
        for line in sorted(self.lines, key=lambda line: line.step):
            took = "" if line.milliseconds is None else str(line.milliseconds)
            table.add_row(str(line.step), line.who, line.sent, line.heard, line.seen, took)
        self.console.print(table)


def heard(status: CheckInStatus) -> str:
    """Say what a phone reads: state, window, reasons and what comes next."""
    reasons = ", ".join(str(reason.code) for reason in status.reasons)
    window = f", window {status.window.outcome}" if status.window else ""
    why = f" ({reasons})" if reasons else ""
    return f"{status.state}{why}{window}, next: {status.next.step}"


def expect(what: str, *, holds: bool) -> None:
    """Raise WentOtherwiseError unless something is as the story says."""
    if not holds:
        raise WentOtherwiseError(what)
