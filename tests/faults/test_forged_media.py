"""A photo that somebody put over another's is never taken for it."""

import pytest
from sqlalchemy import select

from mobile_contract.codes import CheckInState
from storage.local_stack import Store
from storage.records import Media, MediaKind
from storage.settings import StoreSettings
from tests.faults.conftest import Scene
from tests.forged_write import forge_write
from tests.photos import photos
from tests.stage import eventually


def media(scene: Scene, kind: MediaKind) -> Media | None:
    """The one object of a kind that belongs to what was sent."""
    with scene.factory.session() as session:
        return session.scalars(
            select(Media).where(Media.kind == kind, Media.checkin_id == scene.sent[0].id)
        ).one_or_none()


def forge(scene: Scene, over: Media) -> None:
    """Put somebody else's photo over an object, signed by nobody (CVE-2026-41145)."""
    settings = StoreSettings.read(scene.stack.environment("web"))
    forge_write(settings, over.object_key, photos().biden)


@pytest.mark.media
def test_officers_and_models_see_the_photo_that_was_sent(scene: Scene) -> None:
    if scene.stack.store is not Store.MINIO:
        pytest.skip("only MinIO takes unsigned writes; make test STORE=minio")
    scene.processes.halt("verifier")
    scene.report()
    selfie = media(scene, MediaKind.CHECKIN)
    assert selfie is not None
    forge(scene, selfie)
    scene.processes.restart("verifier")
    assert [status.state for status in scene.verdicts()] == [CheckInState.CONFIRMED]
    officer = scene.world.officer(scene.factory.officer(scene.offender.office_id))
    officer.page(f"/checkins/{scene.offender.id}/{scene.sent[0].id}")  # the first look asks for it
    picture = eventually(lambda: media(scene, MediaKind.RENDITION))
    before = officer.http.get(f"/media/{picture.id}").content
    forge(scene, picture)
    assert officer.http.get(f"/media/{picture.id}").content == before
