"""Waits grow, differ between phones, and respect what the server asks."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.client.backoff import LONGEST_WAIT_S, Patience, asked_wait_s

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        ("Sun, 01 Mar 2026 12:01:30 GMT", 90),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float) -> None:
    assert asked_wait_s(header, lambda: NOON) == seconds


@given(st.integers(0, 200), st.floats(0, 1e6), st.integers())
def test_a_wait_lies_between_what_was_asked_and_its_growth(
    attempt: int, asked: float, seed: int
) -> None:
    wait = Patience().wait_s(attempt, asked, Random(seed))  # noqa: S311 - repeatable
    least = min(asked, LONGEST_WAIT_S)
    assert least <= wait <= least + min(60.0, 2.0**attempt)


def test_two_phones_do_not_come_back_at_the_same_time() -> None:
    waits = {Patience().wait_s(3, 10, Random(seed)) for seed in range(50)}  # noqa: S311
    assert len(waits) == 50
