"""Passwords that everybody tries first."""

import pytest

from checkin_api.access.weak_passwords import Weakness, weakness


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", Weakness.SHORT),
        ("x" * 201, Weakness.LONG),
        ("1qaz2wsx3edc", Weakness.COMMON),  # as it stands in the list
        ("1QAZ2WSX3EDC", Weakness.COMMON),
        ("LeaveMeAlone", Weakness.COMMON),
        ("password2026!", Weakness.COMMON),  # a common one with an ending
        ("!!!Iloveyou12345", Weakness.COMMON),
        ("138123412345", Weakness.ONLY_DIGITS),
        ("2026-11-23 12:00", Weakness.ONLY_DIGITS),
        ("abcabcabcabc", Weakness.REPEATED),
        ("zhangmin2026", Weakness.OWN_NAME),
        ("ZhangMin!!!!", Weakness.OWN_NAME),
        ("张敏张敏张敏张敏张敏张敏", Weakness.REPEATED),
        ("张敏1234567890", Weakness.OWN_NAME),
    ],
)
def test_what_is_easily_guessed_is_refused_with_its_reason(password: str, why: Weakness) -> None:
    assert weakness(password, ("zhangmin", "张敏")) is why


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "a long enough password",
        "江水穿城过青石台阶湿了",
        "xK4-vq7Tz-9mPa",
    ],
)
def test_what_is_not_is_taken(password: str) -> None:
    assert weakness(f"{password} 山", ("zhangmin", "张敏")) is None
