"""Movement challenges on the phone: fetched, kept for places without a signal, opened once."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mobile_contract.challenges import (
    ChallengesAsked,
    ChallengesTold,
    ChallengeTold,
    FrameTaken,
    MovementSent,
)
from mobile_contract.client.clocks import Clocks
from mobile_contract.client.connection import Connection, NoAnswerError, RefusedError, Request
from mobile_contract.client.disk import Disk, replace_file
from mobile_contract.client.reading import read_as

OPENED = "opened.json"
STORED, SPENT = "ahead", "spent"
MILLISECONDS = 1000


@dataclass(frozen=True)
class Opened:
    """A challenge whose prompts are being shown; it serves no second check-in."""

    challenge: ChallengeTold
    opened_monotonic_ms: int


@dataclass(frozen=True)
class Frame:
    """One picture as the sensor saw it, never mirrored: what was asked then, and when it was."""

    photo: bytes
    prompt: int
    at_monotonic_ms: int


@dataclass(frozen=True)
class Answered:
    """A challenge and the frames that answer it, in the order they were taken."""

    opened: Opened
    frames: Sequence[Frame]

    def as_sent(self) -> MovementSent:
        """Return what the check-in says of them."""
        return MovementSent(
            opened_monotonic_ms=self.opened.opened_monotonic_ms,
            frames=tuple(
                FrameTaken(
                    name=f"frame-{at}", prompt=one.prompt, at_monotonic_ms=one.at_monotonic_ms
                )
                for at, one in enumerate(self.frames, 1)
            ),
        )


class Challenges:
    """Challenges of one registration: those in store lie one a file, and are spent when opened."""

    def __init__(self, folder: Path, disk: Disk, connection: Connection, clocks: Clocks) -> None:
        self._folder = folder
        self._disk = disk
        self._connection = connection
        self._clocks = clocks

    def open(self) -> Opened | None:
        """Open a fresh challenge or, where none is given, one in store; None if none is left.

        Raises RefusedError where none is left and the server said why it gives none.
        """
        refused: RefusedError | None = None
        try:
            fresh = self._fresh()
        except RefusedError as refusal:
            fresh, refused = None, refusal
        challenge = fresh or self._from_store()
        if challenge is None:
            if refused is not None:
                raise refused
            return None
        opened = Opened(challenge, self._clocks.monotonic_ms())
        kept = {"challenge": challenge.model_dump_json(), "opened": opened.opened_monotonic_ms}
        replace_file(self._disk, self._folder / OPENED, json.dumps(kept).encode())
        return opened

    def opened(self) -> Opened | None:
        """Return the challenge that was opened last, unless a check-in took it."""
        try:
            kept = json.loads((self._folder / OPENED).read_bytes())
        except FileNotFoundError:
            return None
        challenge = ChallengeTold.model_validate_json(kept["challenge"])
        return Opened(challenge, int(kept["opened"]))

    def close(self) -> None:
        """Forget the one that was opened."""
        self._disk.remove_file(self._folder / OPENED)

    def stock(self) -> int:
        """Fetch challenges for places without a signal; returns how many are in store.

        Of those the server gives again, none that was opened: its check-in may still wait here.
        """
        told = self._ask(ChallengesAsked(ahead=True))
        self._forget_ended()
        unopened = [one for one in told.challenges if not self._at(SPENT, one).exists()]
        for one in unopened:
            replace_file(self._disk, self._at(STORED, one), one.model_dump_json().encode())
        return len(unopened)

    def restock(self) -> None:
        """Stock for the next place without a signal, where that can be done now."""
        with suppress(RefusedError, NoAnswerError):
            self.stock()

    def _fresh(self) -> ChallengeTold | None:
        asked_ms = self._clocks.monotonic_ms()
        try:
            told = self._ask(ChallengesAsked()).challenges
        except NoAnswerError:
            return None
        took_ms = self._clocks.monotonic_ms() - asked_ms
        in_time = [one for one in told if took_ms <= one.open_within_s * MILLISECONDS]
        return in_time[0] if in_time else None

    def _from_store(self) -> ChallengeTold | None:
        """Take the oldest that is still good."""
        self._forget_ended()
        stored = sorted(self._folder.glob(f"{STORED}-*"), key=lambda path: path.stat().st_mtime)
        for path in stored:
            challenge = ChallengeTold.model_validate_json(path.read_bytes())
            self._disk.rename(path, self._at(SPENT, challenge))
            return challenge
        return None

    def _forget_ended(self) -> None:
        """Let go of those that nobody can open any more."""
        for path in [*self._folder.glob(f"{STORED}-*"), *self._folder.glob(f"{SPENT}-*")]:
            challenge = ChallengeTold.model_validate_json(path.read_bytes())
            if challenge.open_until <= self._clocks.wall():
                self._disk.remove_file(path)

    def _at(self, place: str, challenge: ChallengeTold) -> Path:
        return self._folder / f"{place}-{challenge.id}.json"

    def _ask(self, asked: ChallengesAsked) -> ChallengesTold:
        text = asked.model_dump_json().encode()
        answer = self._connection.ask(Request("POST", "/v1/challenges", json=text))
        return read_as(answer.content, ChallengesTold)
