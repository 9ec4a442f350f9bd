"""`python -m verifier.calibrate FOLDER`, as somebody types it."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.photos import photos
from tests.servers import ROOT
from verifier.calibrate.__main__ import main
from verifier.calibrate.folder import FolderFaultyError, listed

ROW = {
    "point",
    "matcher",
    "group",
    "sex",
    "references",
    "probes",
    "threshold",
    "fmr",
    "fnmr",
    "fnmr_low",
    "fnmr_high",
    "fta",
    "genuine",
    "impostor",
}
HEAD = ("identity", "group", "sex", "file")


def folder_of(folder: Path, *lines: tuple[str, str, str, bytes]) -> Path:
    """Photos with their manifest."""
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(HEAD)
        for number, (identity, group, sex, photo) in enumerate(lines):
            (folder / f"{number}.jpg").write_bytes(photo)
            writer.writerow((identity, group, sex, f"{number}.jpg"))
    return folder


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "verifier.calibrate", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any], Path]:
    """What the command made of two people's photos, one of which shows nobody."""
    folder = tmp_path_factory.mktemp("faces")
    men = [("obama", "other", "m", photo) for photo in photos().obama]
    men += [("biden", "other", "m", photos().biden), ("biden", "other", "m", photos().landscape)]
    out = folder / "measured.json"
    ran = run(folder_of(folder, *men), "--json", out)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, json.loads(out.read_text(encoding="utf-8")), folder


def test_the_rows_have_exactly_their_columns(
    measured: tuple[str, dict[str, Any], Path],
) -> None:
    _, whole, _ = measured
    assert {frozenset(row) for row in whole["rows"]} == {frozenset(ROW)}
    of = {name: {row[name] for row in whole["rows"]} for name in ROW}
    assert of["point"] == {"fmr_1", "fmr_01", "shipped"}
    assert of["matcher"] == {"dlib", "sface", "default"}
    assert of["probes"] == {"single", "burst"}
    assert (of["group"], of["sex"]) == ({"other", "all"}, {"m", "all"})
    assert 1 in of["references"]


def test_a_photo_without_a_face_is_not_acquired(
    measured: tuple[str, dict[str, Any], Path],
) -> None:
    _, whole, _ = measured
    assert all(0 < row["fta"] < 1 for row in whole["rows"])
    assert all(row["fnmr_low"] <= row["fnmr"] <= row["fnmr_high"] for row in whole["rows"])


def test_few_trials_propose_nothing(measured: tuple[str, dict[str, Any], Path]) -> None:
    said, whole, _ = measured
    assert "no threshold set is proposed" in said
    assert "300 and 3000 needed" in said
    assert all("refused" in one for one in whole["proposal"]["limits"])


def test_pictures_are_drawn_in_both_shapes(measured: tuple[str, dict[str, Any], Path]) -> None:
    _, _, folder = measured
    drawn = {path.name for path in folder.iterdir() if path.suffix in {".svg", ".png"}}
    assert drawn == {
        f"measured-{one}.{kind}" for one in ("det", "scores") for kind in ("svg", "png")
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("identity,group,sex\n", "no column file"),
        ("identity,group,sex,file\n", "names no photo"),
        ("identity,group,sex,file\na,b,m,gone.jpg\n", "line 2: gone.jpg is missing"),
        ("identity,group,sex,file\na,,m,0.jpg\n", "line 2: identity, group, sex and file"),
        ("identity,group,sex,file\na,b,m,0.jpg\na,c,m,0.jpg\n", "two groups"),
    ],
)
def test_a_faulty_manifest_says_which_line(tmp_path: Path, change: str, said: str) -> None:
    folder = folder_of(tmp_path, ("a", "b", "m", photos().biden))
    (folder / "manifest.csv").write_text(change, encoding="utf-8")
    with pytest.raises(FolderFaultyError, match=said):
        listed(folder)


@pytest.mark.parametrize("words", [(), ("folder", "--enrolled"), ("x", "--target-fmr", "0.5")])
def test_what_makes_no_sense_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words, {})
    assert left.value.code == 2
