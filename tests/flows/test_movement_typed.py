"""A movement challenge asked for and answered on the command line, each command a process."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mobile_contract.challenges import MOST_AHEAD, PROMPTS
from mobile_contract.movement_codes import Prompt
from storage.records import Challenge, CheckIn, EvidenceRow, Offender
from tests.checkin_api.arranged import picture
from tests.enrolments import models
from tests.factories import Factory
from tests.movements import Puppet, moved_as, puppet_of
from tests.photos import photos
from tests.world import HERE, World
from verifier.verdicts.movement import MovementSeen, Standing, movement_from_row
from verifier.verdicts.sweeps import MovementAnswer

pytestmark = pytest.mark.media

DONE, WRONG_USE = 0, 2
NOBODY = "http://127.0.0.1:9"
FIX = (
    *("--lat", str(HERE.latitude), "--lon", str(HERE.longitude)),
    *("--datum", HERE.datum, "--accuracy", str(HERE.accuracy_m)),
)
NOTHING_SEEN = ("checkin", "--no-selfie", "camera", *FIX)


@dataclass
class Terminal:
    """Somebody who types the commands of one phone."""

    url: str
    folder: Path

    def typed(self, *words: str) -> tuple[int, Any]:
        """Run one command to its end; gives its exit status and its answer."""
        phone = ("--folder", str(self.folder / "phone"))
        ended = subprocess.run(
            [sys.executable, "-m", "mobile_contract.client", *words, *phone],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ended.stdout, ended.stderr
        return ended.returncode, json.loads(ended.stdout)

    def file(self, name: str, photo: bytes) -> str:
        """Lay a photo beside the phone, and say where."""
        path = self.folder / name
        path.write_bytes(photo)
        return str(path)

    def frames(self, taken: Sequence[tuple[int, bytes]]) -> list[str]:
        """Lay the frames of an answer, and give the options that name them in order."""
        files = [self.file(f"{at}.jpg", photo) for at, (_, photo) in enumerate(taken)]
        named = zip(taken, files, strict=True)
        return [word for (prompt, _), file in named for word in ("--frame", f"{prompt}={file}")]


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return puppet_of(photos().astronaut, models())


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """An enrolled person with a fence and an open window, whose plan asks for movement."""
    offender = factory.offender()
    factory.fence(offender.id)
    enrolled = [photos().selfie_of(photos().astronaut, seed) for seed in (1, 2, 3)]
    factory.enrolment(offender.id, enrolled)
    factory.window(offender.id)
    factory.plan(offender.id, movement=True)
    return offender


@pytest.fixture
def terminal(world: World, factory: Factory, offender: Offender, tmp_path: Path) -> Terminal:
    """A phone that was activated on the command line."""
    terminal = Terminal(world.url, tmp_path)
    code = factory.activation_code(offender.id)
    status, told = terminal.typed("activate", offender.number, code, "--server", world.url)
    assert status == DONE, told
    return terminal


@pytest.fixture
def selfie(terminal: Terminal) -> str:
    """Where a new selfie of the person lies."""
    return terminal.file("me.jpg", photos().selfie_of(photos().astronaut, 11))


def small_frames() -> list[tuple[int, bytes]]:
    """Two for each prompt, of no face."""
    return [(at // 2, picture(at)) for at in range(2 * PROMPTS)]


def prompts_of(challenge: dict[str, Any]) -> list[Prompt]:
    return [Prompt(one["code"]) for one in challenge["prompts"]]


def seen(factory: Factory, checkin: str) -> MovementSeen:
    with factory.session() as session:
        kept = select(EvidenceRow.movement).where(EvidenceRow.checkin_id == UUID(checkin))
        return movement_from_row(session.scalars(kept).one() or {})


def test_what_a_typed_challenge_asks_is_recorded_as_done_of_the_frames_typed(
    terminal: Terminal, factory: Factory, puppet: Puppet, selfie: str
) -> None:
    _, challenge = terminal.typed("challenge")
    shown = terminal.frames(moved_as(prompts_of(challenge), puppet))
    status, told = terminal.typed("checkin", "--selfie", selfie, *FIX, *shown, "--wait", "90")
    assert status == DONE, told
    recorded = seen(factory, told["id"])
    assert (recorded.standing, recorded.answer) == (Standing.GOOD, MovementAnswer.DONE)
    assert [one.prompt for one in recorded.prompts] == prompts_of(challenge)


def test_a_typed_challenge_of_the_store_is_answered_without_a_signal_and_recorded_later(
    terminal: Terminal, factory: Factory, puppet: Puppet, selfie: str
) -> None:
    assert terminal.typed("challenge", "--stock") == (DONE, {"in_store": MOST_AHEAD})
    _, challenge = terminal.typed("challenge", "--server", NOBODY)
    shown = terminal.frames(moved_as(prompts_of(challenge), puppet))
    _, told = terminal.typed("checkin", "--selfie", selfie, *FIX, *shown, "--offline")
    assert terminal.typed("send")[0] == DONE
    terminal.typed("status", told["id"], "--wait", "90")
    recorded = seen(factory, told["id"])
    assert recorded.ahead
    assert (recorded.standing, recorded.answer) == (Standing.GOOD, MovementAnswer.DONE)


def test_typed_frames_are_recorded_for_their_prompts_and_spread_since_the_opening(
    terminal: Terminal, factory: Factory, offender: Offender
) -> None:
    terminal.typed("challenge")
    _, told = terminal.typed(*NOTHING_SEEN, *terminal.frames(small_frames()))
    with factory.session() as session:
        body = session.get_one(CheckIn, (offender.id, UUID(told["id"]))).body
    frames, opened = body["movement"]["frames"], body["movement"]["opened_monotonic_ms"]
    assert [one["prompt"] for one in frames] == [prompt for prompt, _ in small_frames()]
    times = [opened, *(one["at_monotonic_ms"] for one in frames)]
    (step,) = {later - one for one, later in pairwise(times)}
    assert step == pytest.approx((body["captured_monotonic_ms"] - opened) / len(frames), rel=0.2)


def test_a_typed_challenge_serves_one_check_in(
    terminal: Terminal, factory: Factory, offender: Offender
) -> None:
    terminal.typed("challenge")
    shown = terminal.frames(small_frames())
    _, first = terminal.typed(*NOTHING_SEEN, *shown)
    assert terminal.typed(*NOTHING_SEEN, *shown)[0] == WRONG_USE
    with factory.session() as session:
        used = select(Challenge.used_by).where(
            Challenge.offender_id == offender.id,
            ~Challenge.ahead,  # the phone filled its store when it had sent
        )
        assert session.scalars(used).all() == [UUID(first["id"])]


@pytest.mark.parametrize("frame", ["me.jpg", "=me.jpg", "one=me.jpg", "4=me.jpg", "0=missing.jpg"])
def test_a_frame_without_a_prompt_or_a_photo_is_wrong_use_and_captures_nothing(
    terminal: Terminal, selfie: str, frame: str
) -> None:
    terminal.typed("challenge")
    shown = terminal.frames(small_frames())
    typed = frame.replace("me.jpg", selfie)
    assert terminal.typed(*NOTHING_SEEN, *shown, "--frame", typed)[0] == WRONG_USE
    assert terminal.typed("send") == (DONE, [])


@pytest.mark.parametrize("prompt", ["²", "4"])
def test_a_typing_error_does_not_cost_the_challenge(
    terminal: Terminal, selfie: str, prompt: str
) -> None:
    terminal.typed("challenge")
    shown = terminal.frames(small_frames())
    assert terminal.typed(*NOTHING_SEEN, *shown, "--frame", f"{prompt}={selfie}")[0] == WRONG_USE
    assert terminal.typed(*NOTHING_SEEN, *terminal.frames(small_frames()))[0] == DONE
