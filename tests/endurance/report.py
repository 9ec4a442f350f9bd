"""What is printed at the end, and whether it is red."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from tests.endurance.broken import Safeguard
from tests.endurance.faults import SEEN, Fault, overlapping, times
from tests.endurance.play import Ending
from tests.endurance.schedule import FEWEST_PAIRS, TIMES
from tests.endurance.sums import SETTLED_WITHIN_S, Sums

FEWEST = 300
HEADS = (
    "acknowledged",
    "present",
    "doubled",
    "missing media",
    f"not settled after {SETTLED_WITHIN_S:.0f} s",
    "slowest recovery",
)


def show(console: Console, title: str, ending: Ending) -> None:
    """Print what became of the check-ins, and what the faults did."""
    console.print(_fates(title, ending))
    console.print(_effects(ending))
    for note in _notes(ending):
        console.print(note)


def faults_found(ending: Ending) -> list[str]:
    """Give what is wrong with the system, each in one sentence; none: it kept its promise."""
    seen, sums = ending.outcome.found, _all(ending)
    counts = {
        "acknowledged check-ins are not there": sums.acknowledged - sums.present,
        "check-ins were judged twice": len(seen.judged_twice),
        "check-ins have one file twice": len(seen.kept_twice),
        "check-ins were told of twice": len(seen.told_twice),
        "check-ins are there that no phone sent": len(seen.unsent),
        "check-ins have two different receipts": len(seen.two_receipts),
        "acknowledged check-ins lack media": sums.media_missing,
        f"acknowledged check-ins were not settled after {SETTLED_WITHIN_S:.0f} s": sums.unsettled,
        "check-ins are promised to nobody and would wait for ever": ending.forgotten,
        "check-ins could not be sent in the end": ending.unsent,
        "check-ins got no receipt when sent once more": ending.unrepeated,
        "check-ins were refused": len(ending.history.refused),
    }
    return [f"{count} {what}" for what, count in counts.items() if count]


def shortfalls(ending: Ending) -> list[str]:
    """Give what the run itself did not get done; with one of these it proves nothing."""
    spans = ending.outcome.spans
    short = [
        f"{fault}: truly happened {times(spans, fault)} times, not {TIMES}"
        for fault in Fault
        if times(spans, fault) < TIMES
    ]
    pairs, captured = len(overlapping(spans)), len(ending.outcome.sent)
    if pairs < FEWEST_PAIRS:
        short.append(f"{pairs} different pairs overlapped, not {FEWEST_PAIRS}")
    if captured < FEWEST:
        short.append(f"{captured} check-ins acknowledged, not {FEWEST}")
    return short


def as_expected(gone: Safeguard, ending: Ending) -> bool:
    """Tell whether exactly that went wrong which the missing safeguard prevents."""
    seen, sums = ending.outcome.found, _all(ending)
    whole = sums.present == sums.acknowledged and not sums.media_missing
    answered = not (ending.unsent or ending.unrepeated or ending.history.refused)
    others = bool(seen.unsent or seen.kept_twice or seen.two_receipts)
    hanging, twice = sums.unsettled > 0, bool(seen.judged_twice)
    if gone is Safeguard.OUTBOX:
        reason = hanging and ending.forgotten == sums.unsettled and not twice
    else:
        reason = twice and not hanging
    return whole and answered and not others and reason


def _all(ending: Ending) -> Sums:
    return ending.outcome.sums(ending.outcome.sent, ending.outcome.spans)


def _fates(title: str, ending: Ending) -> Table:
    table = Table("fault", title=title)
    for head in HEADS:
        table.add_column(head, justify="right")
    for fault in Fault:
        mine = [span for span in ending.outcome.spans if span.fault is fault]
        if mine:
            sums = ending.outcome.sums(ending.outcome.touched(mine), mine)
            table.add_row(_named(fault, ending), *_cells(sums))
    table.add_row("all together", *_cells(_all(ending)))
    return table


def _effects(ending: Ending) -> Table:
    table = Table("fault", title="what the faults did")
    table.add_column("times", justify="right")
    table.add_column("seen", justify="right")
    table.add_column("of what")
    for fault in Fault:
        mine = [span for span in ending.outcome.spans if span.fault is fault]
        if mine:
            effect = sum(span.effect for span in mine)
            table.add_row(str(fault), str(times(mine, fault)), str(effect), SEEN[fault])
    return table


def _notes(ending: Ending) -> Iterator[str]:
    history, spans = ending.history, ending.outcome.spans
    yield (
        f"{len(history.sent)} check-ins captured, {len(ending.outcome.sent)} acknowledged,"
        f" {history.calls} calls, {history.unanswered} without an answer,"
        f" {history.unwell} answered 500 or above, {len(history.refused)} check-ins refused"
    )
    yield (
        f"{len(overlapping(spans))} different pairs of faults overlapped in time,"
        f" {sum(not span.effect for span in spans)} faults had no effect and count for nothing"
    )
    yield f"the run lasted {ending.lasted_s:.0f} s"
    yield from history.refused


def _named(fault: Fault, ending: Ending) -> str:
    if fault is not Fault.STORE_FULL:
        return str(fault)
    return f"{fault} ({'a small tmpfs' if ending.real_disk else 'answered by a proxy'})"


def _cells(row: Sums) -> tuple[str, ...]:
    counts = row.acknowledged, row.present, row.doubled, row.media_missing, row.unsettled
    return (*(str(count) for count in counts), f"{row.slowest_s:.1f} s")
