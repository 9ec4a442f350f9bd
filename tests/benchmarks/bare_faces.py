"""What looking at faces costs at least: OpenCV and face_recognition alone, in this process."""

import gc
import io
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import TypeVar

import cv2
import numpy as np

from storage.local_stack.places import Places
from tests.benchmarks.figures import Figure, Ratio, of_rounds
from tests.enrolments import embedded, models
from tests.photos import photos
from verifier.faces import model_files
from verifier.faces.detection import LONGEST_SIDE
from verifier.faces.examine import examine
from verifier.faces.matching import mean_of
from verifier.verdicts import bands
from verifier.verdicts.evidence import FaceVerdict

OWN_RUNS, NAIVE_RUNS = 15, 2
Result = TypeVar("Result")


@dataclass(frozen=True)
class Naive:
    """One run of the library's own way: seconds, and the faces it found where there is one."""

    loading: float
    encoding: float
    faces: int


@dataclass(frozen=True)
class Bare:
    """Seconds of one pass over some photos, all of them together."""

    decode: float
    detect: float
    embed: float

    @property
    def total(self) -> float:
        """The sum that the worker is measured against."""
        return self.decode + self.detect + self.embed


def bare_pass(selfies: Sequence[bytes]) -> Bare:
    """Decode, detect and embed each photo once, with no line of ours between the libraries.

    At the worker's scale: the fast half-size decoding, 640 px, the first orientation only.
    """
    detector, recognizer = _as_opencv_runs_them()
    decode = detect = embed = 0.0
    for jpeg in selfies:
        begun = time.perf_counter()
        pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_COLOR_2)
        assert pixels is not None
        scale = LONGEST_SIDE / max(pixels.shape[:2])
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        decoded = time.perf_counter()
        detector.setInputSize((pixels.shape[1], pixels.shape[0]))
        _, faces = detector.detect(pixels)
        detected = time.perf_counter()
        recognizer.feature(recognizer.alignCrop(pixels, faces[0]))
        decode += decoded - begun
        detect += detected - decoded
        embed += time.perf_counter() - detected
    return Bare(decode, detect, embed)


@cache
def _as_opencv_runs_them() -> tuple[cv2.FaceDetectorYN, cv2.FaceRecognizerSF]:
    """YuNet and SFace in OpenCV's own classes, which is what everybody uses."""
    cv2.setNumThreads(1)
    folder, side = Places.read(os.environ).models, (LONGEST_SIDE, LONGEST_SIDE)
    yunet = model_files.checked(folder, model_files.YUNET)
    sface = model_files.checked(folder, model_files.SFACE)
    return (
        cv2.FaceDetectorYN.create(str(yunet), "", side, 0.7, 0.3),
        cv2.FaceRecognizerSF.create(str(sface), ""),
    )


def own_pass(selfies: Sequence[bytes]) -> float:
    """Seconds of what the worker does of each photo, without claim, store and record."""
    references = mean_of([embedded(one) for one in photos().obama])
    begun = time.perf_counter()
    for jpeg in selfies:
        evidence = examine(jpeg, references, bands.DEFAULT, models())
        assert evidence.verdict is FaceVerdict.MATCH, evidence
    return time.perf_counter() - begun


def against_naive() -> list[Figure]:
    """Time our way to evidence and the obvious one on the same photo of 12 megapixels."""
    photo = photos().twelve_megapixels
    references = mean_of([embedded(one) for one in photos().obama])
    evidence = examine(photo, references, bands.DEFAULT, models())
    assert evidence.verdict is FaceVerdict.MATCH, evidence
    own = [
        _timed(lambda: examine(photo, references, bands.DEFAULT, models()))[0]
        for _ in range(OWN_RUNS)
    ]
    naive = [_naive(photo) for _ in range(NAIVE_RUNS)]
    ours = median(own)
    value, rounds = of_rounds([one.encoding for one in naive])
    loading = median(one.loading for one in naive) * 1000
    return [
        Figure(
            "12 MP photo, our examine()",
            ours * 1000,
            "ms",
            f"bytes to evidence (structure, decode, YuNet, SFace, compare), median of {OWN_RUNS}",
        ),
        Figure(
            "12 MP photo, face_recognition.face_encodings",
            value,
            "s",
            f"its defaults (HOG, upsampled once); it found {naive[0].faces} faces; decoding is not"
            f" in it, {loading:.0f} ms more",
            (Ratio(value / ours, "examine()"),),
            rounds,
        ),
    ]


def _naive(photo: bytes) -> Naive:
    models()  # imports the library without its warnings
    import face_recognition  # noqa: PLC0415 - its import loads models; only this figure needs it

    loading, pixels = _timed(lambda: face_recognition.load_image_file(io.BytesIO(photo)))
    encoding, found = _timed(lambda: face_recognition.face_encodings(pixels))
    return Naive(loading, encoding, len(found))


def _timed(act: Callable[[], Result]) -> tuple[float, Result]:
    gc.collect()
    begun = time.perf_counter()
    result = act()
    return time.perf_counter() - begun, result
