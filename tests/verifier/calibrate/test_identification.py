"""The limit of a search: stricter for more people, and none where too little was measured."""

import numpy as np
import pytest

from verifier.calibrate.identification import Limit, Strangers, TooFew, limit_for

PEOPLE, PHOTOS = 120, 3


def strangers(people: int = PEOPLE, seed: int = 1) -> Strangers:
    """Distances of photos of people to everybody else, as far apart as SFace puts strangers."""
    chance = np.random.default_rng(seed)
    pairs = people * PHOTOS * (people - 1)
    distances = np.clip(chance.normal(0.9, 0.12, pairs), 0, 2)
    return Strangers(distances, np.repeat(np.arange(people), PHOTOS * (people - 1)), people)


def limit(enrolled: int) -> Limit:
    found = limit_for(strangers(), enrolled)
    assert isinstance(found, Limit)
    return found


@pytest.mark.parametrize("enrolled", [2, 10, 500])
def test_among_so_many_at_most_one_search_in_a_thousand_names_a_wrong_person(
    enrolled: int,
) -> None:
    found = limit(enrolled)
    chance = np.random.default_rng(7)
    nearest = chance.normal(0.9, 0.12, (4000, enrolled)).min(axis=1)
    assert np.mean(nearest < found.distance) <= 0.0015


def test_more_people_make_it_stricter() -> None:
    limits = [limit(enrolled).distance for enrolled in (5, 50, 500, 17_000)]
    assert limits == sorted(limits, reverse=True)
    assert len(set(limits)) == len(limits)


def test_what_was_not_seen_is_said_to_be_carried_on() -> None:
    assert limit(2).counted
    assert not limit(17_000).counted


def test_too_few_people_give_no_limit() -> None:
    found = limit_for(strangers(20), 20)
    assert isinstance(found, TooFew)
    assert "30 and 3000 needed" in str(found)
