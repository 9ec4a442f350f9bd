"""Whom the gallery finds: exactly who is nearest, in the place that was asked for."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from verifier.faces.embedding import Vector, normalised
from verifier.faces.gallery import EVERYWHERE, Entry, Gallery, GalleryFullError

HERE, THERE = UUID(int=2**100 + 1), UUID(int=2**100 + 2)
PEOPLE = [UUID(int=2**127 + number) for number in range(1, 40)]
NOBODY = UUID(int=7)


def vector(seed: int) -> Vector:
    chance = np.random.default_rng(seed)
    return normalised(chance.standard_normal(128).astype(np.float32))


def entries(people: Sequence[UUID], place: UUID = HERE) -> list[Entry]:
    return [Entry(person, place, vector(person.int % 1000)) for person in people]


def filled(people: Sequence[UUID], room: int = 50) -> Gallery:
    gallery = Gallery(room)
    gallery.open_for("model")
    gallery.fill(HERE, entries(people))
    return gallery


@given(
    kept=some.sets(some.sampled_from(PEOPLE), min_size=1),
    gone=some.sets(some.sampled_from(PEOPLE)),
    probe=some.integers(2000, 3000),
    but=some.sampled_from(PEOPLE),
)
def test_the_search_is_exact_after_any_change(
    kept: set[UUID], gone: set[UUID], probe: int, but: UUID
) -> None:
    gallery = filled(PEOPLE)
    gallery.change(sorted(gone), entries(sorted(kept)))
    there = (set(PEOPLE) - gone) | kept
    distance = {one: 1 - float(vector(one.int % 1000) @ vector(probe)) for one in there - {but}}
    found = gallery.nearest(vector(probe), HERE, but, 3)
    assert [one.person for one in found] == sorted(distance, key=lambda one: distance[one])[:3]
    assert gallery.count == len(there)


def test_the_person_themself_is_not_another() -> None:
    own = vector(PEOPLE[3].int % 1000)
    found = filled(PEOPLE).nearest(own, HERE, PEOPLE[3], len(PEOPLE))
    assert len(found) == len(PEOPLE) - 1
    assert PEOPLE[3] not in {one.person for one in found}


def test_who_is_supervised_elsewhere_is_not_found() -> None:
    gallery = filled(PEOPLE[:5])
    gallery.fill(THERE, entries(PEOPLE[5:9], THERE))
    near = {one.person for one in gallery.nearest(vector(1), THERE, NOBODY, 50)}
    assert near == set(PEOPLE[5:9])
    assert len(gallery.nearest(vector(1), EVERYWHERE, NOBODY, 50)) == 9


def test_a_gallery_of_all_holds_each_place_once() -> None:
    gallery = filled(PEOPLE[:5])
    gallery.fill(EVERYWHERE, [*entries(PEOPLE[:5]), *entries(PEOPLE[5:9], THERE)])
    assert gallery.count == 9
    assert gallery.holds(THERE)


def test_vectors_of_another_model_are_never_beside_these() -> None:
    gallery = filled(PEOPLE)
    gallery.open_for("another model")
    assert gallery.count == 0
    assert not gallery.holds(HERE)


def test_a_change_that_was_torn_leaves_nothing() -> None:
    gallery = filled(PEOPLE[:5], room=6)
    with pytest.raises(GalleryFullError):
        gallery.change([PEOPLE[0]], entries(PEOPLE[5:20]))
    gallery.open_for("model")
    assert gallery.count == 0


def test_an_empty_gallery_finds_nobody() -> None:
    assert filled([]).nearest(vector(1), HERE, NOBODY, 5) == []
