"""The queue survives a crash at any byte: an entry is whole, or it is not there."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobile_contract.client.disk import Disk, replace_file
from mobile_contract.client.queue import EntryGoneError, Queue, Submission

ID = UUID("01938f00-0000-7000-8000-000000000001")
LATER_ID = UUID("01938f00-0001-7000-8000-000000000001")
ENTRY = Submission(ID, b'{"id":"x"}', {"selfie": b"\xff\xd8 a selfie", "frame-1": b"a frame"})
OLD_NOTE = b"the old content of a file"
NEW_NOTE = b"new content, a little longer than the old one"


class CrashedError(Exception):
    """The battery is empty."""


class FailingDisk(Disk):
    """A disk whose machine dies after so many bytes and steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def _step(self, cost: int = 1) -> None:
        self.left -= cost
        if self.left < 0:
            raise CrashedError

    def make_folder(self, folder: Path) -> None:
        self._step()
        super().make_folder(folder)

    def write_new(self, path: Path, data: bytes) -> None:
        written = min(len(data), max(0, self.left))
        super().write_new(path, data[:written])
        self._step(len(data) + 1)

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)

    def remove_file(self, path: Path) -> None:
        self._step()
        super().remove_file(path)

    def remove_folder(self, folder: Path) -> None:
        self._step()
        super().remove_folder(folder)


def crashes(act: Callable[[], object]) -> bool:
    try:
        act()
    except CrashedError:
        return True
    return False


def put(folder: Path, steps: int) -> None:
    Queue(folder, FailingDisk(steps)).put(ENTRY)


def drop(folder: Path, steps: int) -> None:
    Queue(folder, FailingDisk(steps)).drop(ID)


def steps_of(act: Callable[[Disk], object]) -> int:
    disk = FailingDisk(1_000_000)
    act(disk)
    return 1_000_000 - disk.left


def held(folder: Path) -> list[Submission]:
    queue = Queue(folder, Disk())
    return [queue.get(entry_id) for entry_id in queue.waiting()]


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name not in {".lock", str(ID)}]


def test_an_entry_comes_back_as_it_was_put(tmp_path: Path) -> None:
    Queue(tmp_path, Disk()).put(ENTRY)
    assert held(tmp_path) == [ENTRY]


def test_entries_come_oldest_first(tmp_path: Path) -> None:
    queue = Queue(tmp_path, Disk())
    queue.put(Submission(LATER_ID, b"{}", {}))
    queue.put(ENTRY)
    assert queue.waiting() == [ID, LATER_ID]


def test_capturing_survives_a_crash_at_every_step(tmp_path: Path) -> None:
    total = steps_of(lambda disk: Queue(tmp_path / "whole", disk).put(ENTRY))
    for steps in range(total + 1):
        folder = tmp_path / str(steps)
        crashed = crashes(partial(put, folder, steps))
        assert crashed is (steps < total)
        assert held(folder) == ([] if crashed else [ENTRY])
        assert left_behind(folder) == []


def test_letting_go_survives_a_crash_at_every_step(tmp_path: Path) -> None:
    for steps in range(12):
        folder = tmp_path / str(steps)
        Queue(folder, Disk()).put(ENTRY)
        crashes(partial(drop, folder, steps))
        assert held(folder) in ([], [ENTRY])
        assert left_behind(folder) == []
    assert held(folder) == []


def let_go_of_all(folder: Path, steps: int) -> None:
    """Let go as the server comes to hold one part after the other."""
    queue = Queue(folder, FailingDisk(steps))
    queue.note_held(ID)
    queue.drop_file(ID, "selfie")
    queue.drop_file(ID, "frame-1")
    queue.drop(ID)


def without(*names: str) -> Submission:
    files = {name: data for name, data in ENTRY.files.items() if name not in names}
    return Submission(ID, ENTRY.body, files)


def test_letting_go_of_one_part_after_the_other_survives_a_crash_at_every_step(
    tmp_path: Path,
) -> None:
    left = [[ENTRY], [without("selfie")], [without("selfie", "frame-1")], []]
    reached = []
    for steps in range(40):
        folder = tmp_path / str(steps)
        Queue(folder, Disk()).put(ENTRY)
        crashed = crashes(partial(let_go_of_all, folder, steps))
        reached.append(left.index(held(folder)))
        if reached[-1] in {1, 2}:  # a file is let go of only after the JSON was known to be held
            assert Queue(folder, Disk()).is_held(ID)
        assert left_behind(folder) == []
    assert not crashed
    assert reached == sorted(reached)
    assert set(reached) == {0, 1, 2, 3}


def test_what_left_meanwhile_is_not_laid_anew_by_a_note(tmp_path: Path) -> None:
    queue = Queue(tmp_path, Disk())
    queue.put(ENTRY)
    queue.drop(ID)
    queue.note_held(ID)
    queue.drop_file(ID, "selfie")
    assert queue.waiting() == []
    assert queue.file_names(ID) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(["selfie", "frame-1", "frame-2"]), st.binary(max_size=300)),
    st.binary(min_size=1, max_size=300),
    st.floats(0, 1),
)
def test_a_crash_anywhere_leaves_all_or_nothing(
    tmp_path: Path, files: dict[str, bytes], text: bytes, share: float
) -> None:
    entry = Submission(ID, text, files)
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    total = steps_of(lambda disk: Queue(folder / "whole", disk).put(entry))
    crashed = crashes(lambda: Queue(folder / "cut", FailingDisk(int(total * share))).put(entry))
    assert held(folder / "cut") == ([] if crashed else [entry])


def test_a_replaced_file_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "note"
    for steps in range(len(NEW_NOTE) + 6):
        replace_file(Disk(), path, OLD_NOTE)
        crashed = crashes(partial(replace_file, FailingDisk(steps), path, NEW_NOTE))
        assert path.read_bytes() == (OLD_NOTE if crashed else NEW_NOTE)
    assert not crashed


def test_another_process_does_not_clear_away_what_is_still_being_written(tmp_path: Path) -> None:
    second = threading.Thread(target=Queue, args=(tmp_path, Disk()))

    class Interrupted(Disk):
        def rename(self, old: Path, new: Path) -> None:
            second.start()
            second.join(0.1)
            super().rename(old, new)

    Queue(tmp_path, Interrupted()).put(ENTRY)
    second.join()
    assert held(tmp_path) == [ENTRY]


def test_an_entry_that_left_says_so(tmp_path: Path) -> None:
    queue = Queue(tmp_path, Disk())
    queue.put(ENTRY)
    queue.drop(ID)
    with pytest.raises(EntryGoneError):
        queue.get(ID)


def test_an_entry_is_stopped_for_one_app_version_only(tmp_path: Path) -> None:
    queue = Queue(tmp_path, Disk())
    queue.put(ENTRY)
    queue.stop(ID, "invalid_content", "1.0.0")
    assert queue.is_stopped(ID, "1.0.0")
    assert not queue.is_stopped(ID, "1.0.1")
    assert held(tmp_path) == [ENTRY]


def test_only_the_owner_can_read_what_waits(tmp_path: Path) -> None:
    Queue(tmp_path, Disk()).put(ENTRY)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / str(ID)).iterdir()}
    assert set(modes.values()) == {0o600}
    assert (tmp_path / str(ID)).stat().st_mode & 0o777 == 0o700
