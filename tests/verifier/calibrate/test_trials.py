"""Who is compared with whom."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.calibrate import made_up
from verifier.calibrate.people import Person, Sample, Seen
from verifier.calibrate.trials import Plan, drawn_sets, genuine, impostor
from verifier.faces import embedding, matching
from verifier.faces.embedding import DIMENSIONS
from verifier.faces.matching import ReferenceVectors
from verifier.verdicts import bands
from verifier.verdicts.evidence import FaceScores


def test_every_photo_is_compared_with_draws_of_the_others() -> None:
    trials = genuine(made_up.people(4, 6), Plan(references=3, draws=20))

    assert trials.probes == 24
    assert len(trials.person) == 24 * 10  # 5 others, 3 at a time
    assert trials.weight.sum() == pytest.approx(24)


def test_no_probe_is_its_own_reference() -> None:
    trials = genuine(made_up.people(4, 4), Plan(references=1))

    assert trials.distances.sface.min() > 0.01


def test_whoever_has_too_few_photos_is_no_genuine_probe_but_a_stranger() -> None:
    few, many = made_up.people(4, 3), made_up.people(4, 5, seed=2)
    both = [*few, *(replace(person, identity=f"q{i}") for i, person in enumerate(many))]

    plan = Plan(references=1, least_photos=4)

    assert set(genuine(both, plan).person) == {4, 5, 6, 7}
    assert set(impostor(both, plan).person) == {4, 5, 6, 7}
    assert set(impostor(both, plan).probe_person) == {0, 1, 2, 3}


def test_strangers_are_of_the_same_group_and_sex() -> None:
    people = made_up.people(12, 3)

    trials = impostor(people, Plan(references=2))

    for probe, target in zip(trials.probe_person, trials.person, strict=True):
        assert probe != target
        assert (people[probe].group, people[probe].sex) == (
            people[target].group,
            people[target].sex,
        )
    assert len(trials.person) == 12 * 3 * (2 * 3)  # targets, draws, photos of two comparable others


def test_a_face_not_found_is_a_miss_and_nobodys_reference() -> None:
    trials = genuine(made_up.people(2, 4, faceless=1), Plan(references=3))

    missed = np.isinf(trials.distances.sface)
    assert missed.sum() == 2  # the two faceless photos, against the one draw of three others
    assert trials.probes == 2  # the others have only two usable others each
    assert np.isfinite(impostor(made_up.people(8, 4, faceless=1), Plan(3)).distances.dlib).all()


def test_photos_of_one_sitting_are_no_genuine_pair() -> None:
    person = made_up.people(1, 4)[0]
    days = ("monday", "monday", "tuesday", "tuesday")
    samples = tuple(
        replace(sample, sitting=day) for sample, day in zip(person.samples, days, strict=True)
    )
    sat = Person(person.identity, person.group, person.sex, samples)

    assert len(genuine([sat], Plan(references=1)).person) == 4 * 2
    assert len(genuine([sat], Plan(references=3)).person) == 0
    alone = replace(sat, samples=samples[:2])
    assert len(genuine([alone], Plan(references=1)).person) == 0


def test_distances_are_those_that_the_verifier_computes() -> None:
    people = made_up.people(1, 4)
    probe, *others = [sample.seen for sample in people[0].samples if sample.seen is not None]
    references = matching.mean_of([ReferenceVectors(one.mirrored, one.dlib) for one in others])

    trials = genuine(people, Plan(references=3))

    assert trials.distances.sface[0] == pytest.approx(
        matching.sface_distance(probe.probe, references), abs=1e-5
    )
    assert trials.distances.dlib[0] == pytest.approx(
        matching.dlib_distance(probe.dlib, references), abs=1e-5
    )


def test_the_fused_distance_sees_the_mirror_image_as_the_verifier_does() -> None:
    chance = np.random.default_rng(3)
    plain, mirror, second, reference = (
        made_up.vector(chance, np.zeros(DIMENSIONS, dtype=np.float32), 1.0) for _ in range(4)
    )
    probe = Seen(plain, None, embedding.normalised(plain + mirror), plain, second)
    enrolled = Seen(reference, None, reference, reference, reference)
    samples = tuple(Sample("one", "east", "f", seen) for seen in (probe, enrolled))
    references = matching.mean_of([ReferenceVectors(reference, reference)])
    scores = FaceScores(
        sface=matching.sface_distance(plain, references),
        dlib=matching.dlib_distance(second, references),
        mirrored=matching.sface_distance(embedding.normalised(plain + mirror), references),
    )

    trials = genuine([Person("one", "east", "f", samples)], Plan(references=1))

    assert trials.distances.fused[0] == pytest.approx(bands.fused(scores), abs=1e-5)


def test_more_references_do_not_raise_the_genuine_distance() -> None:
    people = made_up.people(10, 8)

    means = [genuine(people, Plan(references=k)).distances.sface.mean() for k in (1, 2, 3, 5)]

    assert means == sorted(means, reverse=True)
    assert means[2] < means[0] * 0.8


def test_a_burst_is_the_mean_of_its_frames_and_changes_no_draw() -> None:
    people = made_up.people(4, 5)
    plan = Plan(references=3)

    single, burst = genuine(people, plan), genuine(people, replace(plan, burst=True))

    assert (single.person == burst.person).all()
    assert (single.distances.dlib == burst.distances.dlib).all()
    assert (single.distances.sface != burst.distances.sface).all()


def test_the_same_seed_makes_the_same_trials_and_another_does_not() -> None:
    people = made_up.people(2, 9)

    first = genuine(people, Plan(references=3, seed=1)).distances.sface

    assert (first == genuine(people, Plan(references=3, seed=1)).distances.sface).all()
    assert (first != genuine(people, Plan(references=3, seed=2)).distances.sface).any()


def test_a_whole_deployment_is_sampled_and_not_compared_without_end() -> None:
    people = made_up.people(200, 2)

    trials = impostor(people, Plan(references=1, most_impostors=5_000))

    assert 0 < len(trials.person) <= 5_000


@settings(max_examples=40)
@given(st.integers(0, 9), st.integers(1, 5), st.integers(1, 30), st.integers(0, 99))
def test_draws_differ_and_are_as_many_as_there_can_be(
    photos: int, size: int, most: int, seed: int
) -> None:
    samples = made_up.people(1, photos)[0].samples if photos else ()

    sets = drawn_sets(samples, size, most, np.random.default_rng(seed))

    names = [tuple(id(sample) for sample in drawn) for drawn in sets]
    assert len(set(names)) == len(names)
    assert all(len(set(name)) == size for name in names)
    assert len(sets) == min(most, math.comb(photos, size))
