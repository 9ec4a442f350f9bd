"""YAML as it was written: every value as text, and the line of each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from checkin_api.content_tool.faults import Fault, Mistake, ModuleFaultsError

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Written:
    """The content of one YAML file, and the line on which each part of it begins."""

    file: str
    content: Any
    lines: dict[Place, int]

    def line_of(self, place: Place) -> int:
        """Give the line of a part, or of the nearest part around it that is there."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_written(folder: Path, name: str) -> Written:
    """Read one file of a folder; raises ModuleFaultsError."""
    try:
        text = (folder / name).read_text(encoding="utf-8")
        # BaseLoader reads `no`, 08:00 and 007 as what is written.
        node = yaml.compose(text, yaml.BaseLoader)
    except FileNotFoundError:
        raise _refused(Mistake.NO_FILE, name) from None
    except OSError as fault:
        raise _refused(Mistake.NOT_READABLE, name, why=fault.strerror) from fault
    except UnicodeDecodeError:
        raise _refused(Mistake.NOT_UTF8, name) from None
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else None
        raise ModuleFaultsError([Fault(Mistake.NOT_YAML, name, line)]) from fault
    except yaml.YAMLError as fault:
        raise _refused(Mistake.NOT_YAML, name) from fault
    reading = _Reading(name)
    return Written(name, reading.value(node, ()), reading.lines)


class _Reading:
    """One walk through a file's nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}

    def value(self, node: yaml.Node | None, place: Place) -> Any:
        if node is not None:
            self.lines.setdefault(place, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode(value=pairs):
                return self._table(pairs, place)
            case yaml.SequenceNode(value=nodes):
                return [self.value(part, (*place, step)) for step, part in enumerate(nodes)]
            case yaml.ScalarNode(value=text):
                return text
        return None

    def _table(self, pairs: list[tuple[yaml.Node, yaml.Node]], place: Place) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for key, part in pairs:
            name = str(key.value)
            if name in table:
                line = key.start_mark.line + 1
                raise ModuleFaultsError([Fault(Mistake.TWICE, self.file, line, {"name": name})])
            self.lines[*place, name] = key.start_mark.line + 1
            table[name] = self.value(part, (*place, name))
        return table


def _refused(mistake: Mistake, file: str, **facts: Any) -> ModuleFaultsError:
    return ModuleFaultsError([Fault(mistake, file, None, facts)])
