"""Another offender's face, foreign metadata, a radius that never changes: through the door."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState, ToldReason
from storage.records import AuditEntry, Offender, RuleRow
from tests.enrolments import models
from tests.exif_texts import MODEL, SOFTWARE, TAKEN, with_exif
from tests.factories import Factory
from tests.flows.recorded import causes, codes
from tests.photos import photos
from tests.world import HERE, World

pytestmark = pytest.mark.media


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """An enrolled person with a fence, in no window: each check-in stands alone."""
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, photos().obama)
    return offender


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


@pytest.fixture
def other(factory: Factory, offender: Offender) -> Offender:
    """Somebody else of the office, enrolled with another face."""
    other = factory.offender(offender.office_id)
    factory.enrolment(other.id, [photos().biden])
    return other


@pytest.fixture
def limit(factory: Factory) -> None:
    """A limit of the search that is in force, as wide as photos of one person need."""
    now = factory.parts.now()
    value = {"distance": 0.6, "people": 100, "model": models().recognizer_sha256}
    with factory.session() as session:
        session.add(
            RuleRow(
                name="search_limit",
                value=value,
                valid_from=now - timedelta(days=1),
                set_by="test",
                reason="test",
                set_at=now,
            )
        )


def own_selfie(seed: int = 1) -> bytes:
    return photos().selfie_of(photos().obama[0], seed)


def of_the_other() -> bytes:
    return photos().selfie_of(photos().biden, 1)


def searches(factory: Factory) -> int:
    """How often faces were searched."""
    with factory.session() as session:
        found = select(func.count()).where(AuditEntry.action == "others_searched")
        return session.scalar(found.select_from(AuditEntry)) or 0


@pytest.mark.usefixtures("other", "limit")
def test_an_offender_who_checks_in_for_another_is_for_an_officer(
    world: World, phone: Phone, offender: Offender
) -> None:
    captured = phone.capture(of_the_other(), HERE)
    phone.submit(captured)
    told = world.verdict(phone, captured.id)
    assert told.state is CheckInState.IN_REVIEW
    assert codes(world.factory, offender) == {"face_no_match", "resembles_other"}
    assert causes(world.factory, offender) == ["checkin"]


@pytest.mark.usefixtures("limit")
def test_the_phone_reads_of_nobody_and_the_other_s_case_has_nothing(
    world: World, phone: Phone, other: Offender
) -> None:
    captured = phone.capture(of_the_other(), HERE)
    phone.submit(captured)
    told = world.verdict(phone, captured.id)
    assert [reason.code for reason in told.reasons] == [ToldReason.PHOTO_UNCLEAR]
    assert "resemble" not in told.model_dump_json()
    assert str(other.id) not in told.model_dump_json()
    assert codes(world.factory, other) == set()


@pytest.mark.usefixtures("other")
def test_without_a_limit_that_was_measured_nobody_is_searched(
    world: World, phone: Phone, offender: Offender
) -> None:
    captured = phone.capture(of_the_other(), HERE)
    phone.submit(captured)
    world.verdict(phone, captured.id)
    assert searches(world.factory) == 0
    assert codes(world.factory, offender) == {"face_no_match"}


@pytest.mark.parametrize(
    "texts",
    [{MODEL: "EOS 5D"}, {TAKEN: "2020:01:01 12:00:00"}, {SOFTWARE: "Adobe Photoshop 25.1"}],
    ids=["another camera", "another day", "an editor"],
)
def test_metadata_unlike_the_phone_are_noted_and_cost_nothing(
    texts: dict[int, str], world: World, phone: Phone, offender: Offender
) -> None:
    captured = phone.capture(with_exif(own_selfie(), texts), HERE)
    phone.submit(captured)
    assert world.verdict(phone, captured.id).state is CheckInState.CONFIRMED
    assert codes(world.factory, offender) == {"metadata_differs"}


def test_metadata_of_the_phone_itself_are_nothing(
    world: World, phone: Phone, offender: Offender
) -> None:
    captured = phone.capture(with_exif(own_selfie(), {MODEL: phone.handset.model}), HERE)
    phone.submit(captured)
    assert world.verdict(phone, captured.id).state is CheckInState.CONFIRMED
    assert codes(world.factory, offender) == set()


@pytest.mark.parametrize(
    ("last_m", "noted"), [(20.0, {"accuracy_identical"}), (20.1, set())], ids=["same", "other"]
)
def test_a_radius_that_is_the_same_to_the_digit_five_times_is_noted(
    last_m: float, noted: set[str], world: World, phone: Phone, offender: Offender
) -> None:
    for seed, radius in enumerate([20.0, 20.0, 20.0, 20.0, last_m]):
        captured = phone.capture(own_selfie(seed), HERE.model_copy(update={"accuracy_m": radius}))
        phone.submit(captured)
        assert world.verdict(phone, captured.id).state is CheckInState.CONFIRMED
    assert codes(world.factory, offender) == noted
