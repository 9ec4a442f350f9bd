"""The gate of the set in force decides which photos are compared, of check-ins and to enrol."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from storage.records import EvidenceRow, ReferencePhoto, ReferencePhotoState, ReferenceSetState
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import drain
from tests.verifier.jobs.in_force import NAME, put_in_force
from tests.waiting_work import WaitingWork
from verifier.jobs.workplace import Workplace
from verifier.verdicts.bands import DEFAULT
from verifier.verdicts.evidence import FaceVerdict

SHARPEST = replace(DEFAULT.quality, name=NAME, least_sharpness=1000.0)
BLURRED = ["blurred"]


@pytest.mark.parametrize("before", [True, False], ids=["sent before", "sent after"])
def test_a_selfie_passes_the_gate_of_its_reception(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, *, before: bool
) -> None:
    person, photo = factory.offender().id, photos().obama[0]
    if before:
        waiting.checkin(person, photo)
    put_in_force(factory, gate=SHARPEST)
    if not before:
        waiting.checkin(person, photo)
    drain(workplace)
    with factory.session() as session:
        face = session.scalars(select(EvidenceRow.face)).one()
    assert face["quality_limits"] == (DEFAULT.quality.name if before else NAME)
    assert face["reasons"] == ([] if before else BLURRED)


def test_a_photo_that_it_sends_back_is_not_compared(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    person = factory.offender().id
    factory.enrolment(person, photos().obama)
    put_in_force(factory, gate=SHARPEST)
    waiting.checkin(person, photos().obama[0])
    drain(workplace)
    with factory.session() as session:
        verdict = session.scalars(select(EvidenceRow.face_verdict)).one()
    assert verdict == FaceVerdict.POOR_QUALITY


def test_a_photo_to_enrol_passes_the_gate_of_today(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    put_in_force(factory, gate=SHARPEST)
    one = photos().obama[:1]
    waiting.references(factory.offender().id, one, ReferenceSetState.COLLECTING)
    drain(workplace)
    with factory.session() as session:
        row = session.scalars(select(ReferencePhoto)).one()
    assert row.state is ReferencePhotoState.POOR
    assert row.quality is not None
    assert (row.quality["limits"], row.quality["reasons"]) == (NAME, BLURRED)
