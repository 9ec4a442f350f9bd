"""`make demo`: starts the system on an empty data folder and plays the story through HTTP."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from storage.local_stack import LocalStack, Processes, StackError, Store
from tests.photos import photos
from tests.stage import NeverHappenedError, Stage
from tests.story.cast import OFFICERS, Cast, enrol, lay_out
from tests.story.checking_in import (
    Scene,
    not_the_right_photo,
    order_windows,
    places,
    right_person,
    same_again,
    valkey_emptied,
    worker_dies,
    worker_is_replaced,
)
from tests.story.confirming import confirm_everybody
from tests.story.deciding import module_studied, officers_decide, window_opens, window_passed
from tests.story.telling import Telling, WentOtherwiseError

ROOT = Path(__file__).parent.parent.parent


def main() -> int:
    """Play the story; 0 when every step went as it says, 1 otherwise."""
    telling = Telling()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="checkin-demo-") as folder:
        stack = LocalStack(Path(folder) / "var", Store(os.environ.get("STORE") or Store.RCLONE))
        try:
            with stack:
                return _on_stage(stack, Path(folder), telling, started)
        except StackError as fault:
            telling.say(str(fault))
            return 1
        finally:
            stack.erase()


def _on_stage(stack: LocalStack, folder: Path, telling: Telling, started: float) -> int:
    processes = Processes(ROOT / "Procfile", stack.environment, stack.logs)
    stage = Stage(stack.public_url, folder)
    try:
        processes.start()
        processes.wait_ready()
        cast = _play(stack, processes, stage, telling)
    except (WentOtherwiseError, NeverHappenedError, AssertionError) as fault:
        telling.console.print(f"\n[bold]The story went otherwise:[/bold] {fault!r}")
        return 1
    else:
        telling.table()
        telling.console.print(f"Everything as told, in {time.monotonic() - started:.0f} s.")
        _keep(cast)
        return 0
    finally:
        stage.close()
        processes.stop()


def _play(stack: LocalStack, processes: Processes, stage: Stage, telling: Telling) -> Cast:
    telling.chapter(
        1, "An administrator lays out a city, each role is confirmed, people are enrolled"
    )
    cast = lay_out(stage, dict(os.environ) | stack.environment("command"), telling)
    confirm_everybody(cast, telling)
    enrol(cast, photos(), telling)
    telling.say(
        "selfies are derived from the enrolled photos (bent, cropped, turned, in other light)"
    )
    scene = Scene(cast, photos(), telling, stack, processes)
    order_windows(scene)
    telling.chapter(2, "Right person, right place")
    right_person(scene)
    telling.chapter(3, "Not the right photo")
    strange = not_the_right_photo(scene)
    telling.chapter(4, "Places")
    placed = places(scene)
    telling.chapter(5, "The same again")
    same_again(scene)
    telling.say("what waits overlaps: a window of 5 s opens now, and the worker dies now")
    silence, orphan = window_opens(scene), worker_dies(scene)
    telling.chapter(8, "Officers decide, a person objects")
    officers_decide(scene, strange["face_no_match"], placed["far"])
    telling.chapter(10, "A module is studied")
    module_studied(scene)
    telling.chapter(6, "The worker died while it verified")
    worker_is_replaced(scene, orphan)
    telling.chapter(7, "Valkey is emptied")
    valkey_emptied(scene)
    telling.chapter(9, "A window passed in silence")
    window_passed(scene, silence)
    return cast


def _keep(cast: Cast) -> None:
    """Leave the system running, with addresses and logins, until somebody has seen enough."""
    if not os.environ.get("KEEP"):
        return
    url, write = cast.stage.url, sys.stdout.write
    write(f"\nConsole: {url}/sign-in   Contract: {url}/v1/docs\n")
    for login, password in cast.passwords.items():
        who = f"{OFFICERS[login]['name']} {OFFICERS[login]['role']}"
        write(f"   {login:8}{who:18}{password}  {cast.authenticators[login].secret}\n")
    write(
        "The last column is for an authenticator app. Without one, this prints a code:\n"
        "   .venv/bin/python -c 'import pyotp; print(pyotp.TOTP(input()).now())'\n"
    )
    write("The system runs until Ctrl-C.\n")
    sys.stdout.flush()
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # sigwait needs it; a handler would win
    signal.sigwait(ends)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ends)


if __name__ == "__main__":
    sys.exit(main())
