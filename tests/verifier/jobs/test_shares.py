"""How much of a queue one worker takes: a part of a long one, all of a short one."""

import pytest

from tests.waiting_work import WaitingWork
from verifier.jobs import claiming
from verifier.jobs.workplace import Workplace


@pytest.mark.parametrize(
    ("waits", "most", "taken"),
    [
        (40, 32, [20, 10, 8, 2]),
        (40, 10, [10, 10, 10, 8, 2]),
        (7, 32, [7]),
        (5, 2, [2, 2, 1]),
        (0, 32, []),
    ],
)
def test_a_long_queue_is_shared_with_others(
    waiting: WaitingWork, workplace: Workplace, waits: int, most: int, taken: list[int]
) -> None:
    person = waiting.factory.offender().id
    for _ in range(waits):
        waiting.checkin(person, None)
    claimed = iter(lambda: [row.claim.number for row in claiming.claim(workplace, most)], [])
    parts = list(claimed)
    assert [len(part) for part in parts] == taken
    numbers = [number for part in parts for number in part]
    assert numbers == sorted(set(numbers))  # those that wait longest first, each once
