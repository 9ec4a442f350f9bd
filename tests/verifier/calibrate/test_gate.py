"""Limits of the quality gate: a known share of photos is sent back, by the most lenient group."""

from dataclasses import replace

import numpy as np
import pytest

from tests.verifier.verdicts.test_quality import GOOD
from verifier.calibrate import report
from verifier.calibrate.gate import (
    LEAST_PHOTOS,
    SENT_BACK,
    GateProposed,
    GateRefusal,
    Measure,
    propose_gate,
)
from verifier.verdicts.quality import DEFAULT_LIMITS, PhotoQuality, assess

BRIGHTNESS = np.random.default_rng(1).normal(130.0, 20.0, 2 * LEAST_PHOTOS)


def measures(group: str, count: int, darker: float = 0.0) -> list[Measure]:
    """Photos that differ in brightness only."""
    return [
        Measure(group, replace(GOOD, brightness=float(BRIGHTNESS[number]) - darker))
        for number in range(count)
    ]


def proposed(found: list[Measure]) -> GateProposed:
    answer = propose_gate(found, "own")
    assert isinstance(answer, GateProposed)
    return answer


def test_each_side_of_a_measure_sends_back_its_share_and_no_more() -> None:
    photos = measures("one", LEAST_PHOTOS)
    gate = proposed(photos)
    dark = sum(one.quality.brightness < gate.limits.least_brightness for one in photos)
    bright = sum(one.quality.brightness > gate.limits.most_brightness for one in photos)
    assert dark == bright == pytest.approx(SENT_BACK * LEAST_PHOTOS, abs=1)
    assert gate.sent_back == {"one": pytest.approx(2 * SENT_BACK, abs=0.005)}
    sent_back_now = sum(bool(assess(one.quality, DEFAULT_LIMITS)) for one in photos)
    assert gate.sent_back_now == {"one": sent_back_now / LEAST_PHOTOS}


def test_the_more_lenient_group_decides_for_all() -> None:
    alone = proposed(measures("dark", LEAST_PHOTOS, darker=40.0)).limits
    both = measures("dark", LEAST_PHOTOS, darker=40.0) + measures("light", LEAST_PHOTOS)
    limits = proposed(both).limits
    assert limits.least_brightness == alone.least_brightness
    assert limits.most_brightness > alone.most_brightness


def test_a_group_of_few_photos_has_no_vote() -> None:
    many = measures("many", LEAST_PHOTOS)
    few = measures("few", LEAST_PHOTOS - 1, darker=40.0)
    gate = proposed(many + few)
    assert gate.limits == proposed(many).limits
    assert gate.sent_back["few"] > SENT_BACK  # and it is said what that costs them


def test_photos_without_exactly_one_face_count_for_nothing() -> None:
    others = [Measure("one", PhotoQuality()), Measure("one", replace(GOOD, faces=2))]
    assert propose_gate([*measures("one", LEAST_PHOTOS - 1), *others], "own") == GateRefusal(
        LEAST_PHOTOS - 1
    )


def test_how_wide_a_face_has_to_be_is_no_question_of_what_people_send() -> None:
    narrow = [replace(one, quality=replace(one.quality, face_px=30)) for one in measures("a", 300)]
    assert proposed(narrow).limits.least_face_px == DEFAULT_LIMITS.least_face_px


def test_turned_to_either_side_is_turned_away() -> None:
    photos = [
        replace(one, quality=replace(one.quality, yaw=(-1) ** number * number / LEAST_PHOTOS))
        for number, one in enumerate(measures("one", LEAST_PHOTOS))
    ]
    assert proposed(photos).limits.most_yaw == pytest.approx(1 - SENT_BACK, abs=0.01)


def test_it_is_said_in_words_and_so_is_a_refusal() -> None:
    said = "\n".join(report.gate(proposed(measures("one", LEAST_PHOTOS))))
    assert "least_brightness: " in said
    assert "by the built-in limits" in said
    assert "12 photos with one face, 300 needed" in "\n".join(report.gate(GateRefusal(12)))
