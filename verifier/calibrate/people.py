"""Photos of known people, as vectors: what every measurement starts from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from verifier.faces.embedding import Vector

UNKNOWN = "unknown"  # the group or sex of people about whom nobody wrote it down


@dataclass(frozen=True, eq=False)
class Seen:
    """What the models make of one face, as a check-in's photo and as an enrolled one.

    probe: of the photo as it is; burst: the mean over frames, None where there are none;
    mirrored: averaged with the mirror image, as references are; dlib: not normalised; second: dlib
    averaged with the mirror image, as a probe in the grey zone.
    """

    probe: Vector
    burst: Vector | None
    mirrored: Vector
    dlib: Vector
    second: Vector


@dataclass(frozen=True, eq=False)
class Sample:
    """One photo of one person; `seen` is None where no face was found.

    Photos of one `sitting` are too alike to be a check-in and its reference; None: of its own.
    What is no `reference` is compared as a check-in only.
    """

    identity: str
    group: str
    sex: str
    seen: Seen | None
    sitting: str | None = None
    reference: bool = True


@dataclass(frozen=True, eq=False)
class Person:
    """Everything there is of one person."""

    identity: str
    group: str
    sex: str
    samples: tuple[Sample, ...]

    @property
    def usable(self) -> tuple[Sample, ...]:
        """The samples on which a face was found."""
        return tuple(sample for sample in self.samples if sample.seen is not None)

    @property
    def enrolled(self) -> tuple[Sample, ...]:
        """The usable samples that can be references."""
        return tuple(sample for sample in self.usable if sample.reference)


def by_person(samples: Sequence[Sample]) -> list[Person]:
    """People in the order of their names, so that the order of a list changes no result."""
    of: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        of[sample.identity].append(sample)
    return [
        Person(name, kept[0].group, kept[0].sex, tuple(kept)) for name, kept in sorted(of.items())
    ]
