"""Equal content has equal bytes, and no other value reads the same."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.canonical import NotCanonicalError, canonical_json

texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    leaves, lambda part: st.lists(part) | st.dictionaries(texts, part), max_leaves=20
)


def read(text: bytes) -> Any:
    """Read JSON as the standard means it: every number is a double."""
    return json.loads(text, parse_int=float)


@given(values)
def test_the_canonical_form_says_the_same_value(value: Any) -> None:
    assert read(canonical_json(value)) == value


@given(values)
def test_writing_it_again_changes_nothing(value: Any) -> None:
    once = canonical_json(value)
    assert canonical_json(read(once)) == once


@given(st.dictionaries(texts, leaves))
def test_the_order_of_members_does_not_matter(members: dict[str, Any]) -> None:
    backwards = dict(reversed(list(members.items())))
    assert canonical_json(backwards) == canonical_json(members)


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_a_whole_number_reads_the_same_from_integer_and_double(number: int) -> None:
    assert canonical_json(float(number)) == canonical_json(number)


@pytest.mark.parametrize(
    ("number", "written"),
    [  # RFC 8785, appendix B
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (999999999999999700000.0, "999999999999999700000"),
        (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"),
        (-0.0000033333333333333333, "-0.0000033333333333333333"),
        (1424953923781206.2, "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_the_standard_says(number: float, written: str) -> None:
    assert canonical_json(number).decode() == written


def test_members_are_sorted_by_utf16_units() -> None:
    # RFC 8785, 3.2.3: U+1F600 sorts before U+FB33 because its first unit is U+D83D.
    assert list(json.loads(canonical_json({"\ufb33": 1, "\U0001f600": 2}))) == [
        "\U0001f600",
        "\ufb33",
    ]


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53, {1: 2}, b"bytes", {1, 2}, "half \ud800 pair"]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonicalError):
        canonical_json(value)
