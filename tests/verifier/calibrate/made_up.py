"""People who exist as numbers only: a direction each, and photos scattered around it."""

import numpy as np

from verifier.calibrate.people import Person, Sample, Seen, by_person
from verifier.faces.embedding import DIMENSIONS, Vector


def vector(chance: np.random.Generator, around: Vector, scatter: float) -> Vector:
    """A unit vector near another."""
    moved = around + scatter * chance.standard_normal(DIMENSIONS) / np.sqrt(DIMENSIONS)
    return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)


def seen(chance: np.random.Generator, around: Vector, scatter: float) -> Seen:
    one = vector(chance, around, scatter)
    return Seen(one, vector(chance, one, 0.1), one, one, one)


def people(
    count: int, photos: int, *, scatter: float = 1.0, faceless: int = 0, seed: int = 1
) -> list[Person]:
    """Women and men of two groups in turn; the first photos of each show no face."""
    chance = np.random.default_rng(seed)
    samples = []
    for number in range(count):
        centre = vector(chance, np.zeros(DIMENSIONS, dtype=np.float32), 1.0)
        group, sex = ("east", "west")[number % 2], ("f", "m")[number // 2 % 2]
        for photo in range(photos):
            face = None if photo < faceless else seen(chance, centre, scatter)
            samples.append(Sample(f"p{number:03}", group, sex, face))
    return by_person(samples)
