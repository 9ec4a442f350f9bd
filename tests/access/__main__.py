"""`make access-matrix`: tries every route as everybody and prints where the door differs."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from checkin_api.routes import Route
from tests.access.cast import players
from tests.access.door import everybody_at_the_door
from tests.access.matrix import Cell, Door, table
from tests.servers import migrated_stack, web_parts


def main(words: list[str]) -> int:
    """Try the matrix, or the routes whose path has a word in it; 0 when no cell differs."""
    console, wanted = Console(), [route for route in table() if _named(route, words)]
    with (
        tempfile.TemporaryDirectory(prefix="checkin-access-") as folder,
        migrated_stack() as stack,
        web_parts(stack) as parts,
        everybody_at_the_door(stack, parts, Path(folder)) as matrix,
    ):
        cells = [
            cell
            for route in track(wanted, "trying", console=Console(stderr=True))
            for cell in matrix.cells(route)
        ]
    _print(console, cells, len(wanted))
    return 1 if any(cell.differs for cell in cells) else 0


def _named(route: Route, words: list[str]) -> bool:
    return not words or any(word in route.path for word in words)


def _print(console: Console, cells: list[Cell], routes: int) -> None:
    sums = Table("as", *(str(door) for door in Door), title="answers by who asked")
    for player in players():
        said = Counter(cell.said for cell in cells if cell.player == player)
        sums.add_row(player.name, *(str(said[door]) for door in Door))
    console.print(sums)
    differing = [cell for cell in cells if cell.differs]
    for cell in differing:
        console.print(f"[red]differs[/red] {cell}", soft_wrap=True)
    routes, people = len(table()), len(list(players()))
    console.print(
        f"{routes} routes x {people} callers = {len(cells)} cells, {len(differing)} differ"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
