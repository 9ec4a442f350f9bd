"""Steps 8 to 10: officers decide, a person objects, a window passes, a module is studied."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mobile_contract.checkins import CheckInStatus
from mobile_contract.client.study import Worked
from mobile_contract.codes import CheckInState, WindowOutcome
from mobile_contract.windows import WindowTold
from storage.parts import utc_now
from tests.stage import eventually
from tests.story.cast import CHEN, LI, SQUARE, WANG, Person
from tests.story.checking_in import Scene, Sent
from tests.story.module import ANSWERS, upload_module
from tests.story.telling import Line, expect, heard

FIVE_SECONDS = timedelta(seconds=5)
MOMENT = timedelta(seconds=1)


def officers_decide(scene: Scene, replaced: Sent, outside: Sent) -> None:
    """Step 8: one is confirmed; one is answered no twice, objected to, decided for the person."""
    zhang, liu, zhou = (scene.cast.folder_of(WANG, login) for login in ("zhang", "liu", "zhou"))
    expect("the officer finds it", holds=zhang.has_open(replaced.id))
    expect("and sees both photos", holds=zhang.shows_both_photos(replaced.id))
    scene.telling.tell(Line(8, "张敏", "opens the item", "both photos and the reasons are shown"))
    _confirm(scene, outside)
    zhang.answer(replaced.id, "no", "照片上不是本人,已电话联系")
    _tell(scene, "张敏", "answers no, the first", WANG, replaced.id)
    expect("one no decides nothing", holds=_status(scene, replaced).state == "in_review")
    expect("the first officer is done with it", holds=not zhang.has_open(replaced.id))
    expect("a second officer finds it", holds=liu.has_open(replaced.id))
    liu.answer(replaced.id, "no", "与登记照不是同一人")
    _tell(scene, "刘洋", "answers no, the second, blind", WANG, replaced.id)
    status = _status(scene, replaced)
    expect("two agree", holds=status.state is CheckInState.NOT_CONFIRMED)
    expect("the person reads why", holds=status.decision is not None and bool(status.decision.text))
    expect("and how to object", holds=status.next.step == "object")
    scene.cast.phones[WANG].objection(replaced.id, "那天我剪了头发,照片是我本人。")
    _tell(scene, WANG.name, "objects", WANG, replaced.id)
    zhou.answer(replaced.id, "yes", "当面核对,是本人")
    _tell(scene, "周平", "decides the objection for the person", WANG, replaced.id)
    status = _status(scene, replaced)
    expect("confirmed in the end", holds=status.state is CheckInState.CONFIRMED)
    expect("the objection is accepted", holds=status.objection is not None
           and status.objection.state == "accepted")  # fmt: skip
    _foreign_office(scene, replaced)


def _confirm(scene: Scene, outside: Sent) -> None:
    scene.cast.folder_of(CHEN).answer(outside.id, "yes", "已电话核实,经批准外出", place="yes")
    _tell(scene, "张敏", "confirms, accepts the place", CHEN, outside.id)
    expect("confirmed", holds=_status(scene, outside).state is CheckInState.CONFIRMED)


def _foreign_office(scene: Scene, sent: Sent) -> None:
    stranger = scene.cast.folder_of(sent.person, "xu")
    statuses = stranger.statuses_of_pages(sent.id)
    expect("another office finds nothing", holds=set(statuses.values()) == {404})
    heard_by = ", ".join(f"{page}: {status}" for page, status in statuses.items())
    scene.telling.tell(Line(8, "徐丽 (another office)", "opens the same pages", heard_by))


@dataclass(frozen=True)
class Silence:
    """A window in which nothing arrives, and what was captured meanwhile."""

    window: UUID
    captured: UUID


def window_opens(scene: Scene) -> Silence:
    """Step 9 begins: a window of five seconds; the phone captures in it, without a signal."""
    now = utc_now()
    folder, phone = scene.cast.folder_of(LI), scene.cast.phones[LI]
    window = folder.order_window(now, now + FIVE_SECONDS, now + FIVE_SECONDS + MOMENT)
    captured = phone.capture(scene.selfie(scene.photos.astronaut), SQUARE)
    return Silence(window, captured.id)


def window_passed(scene: Scene, silence: Silence) -> None:
    """Step 9 ends: not received, the officer sees it; sent afterwards, it still counts."""
    folder, phone = scene.cast.folder_of(LI), scene.cast.phones[LI]
    passed = eventually(
        lambda: _with(phone.windows().windows, silence.window, "not_received"), within_s=60
    )
    expect("the officer sees it", holds=folder.has_open_window(silence.window))
    scene.telling.tell(
        Line(9, LI.name, "nothing, for a window of 5 s", str(passed.outcome), "an item")
    )
    phone.send_queued()
    status = scene.cast.stage.verdict(phone, silence.captured)
    settled = eventually(lambda: _with(phone.windows().windows, silence.window, "present"))
    expect("captured inside, it counts", holds=status.state is CheckInState.CONFIRMED)
    expect("the item is gone", holds=not folder.has_open_window(silence.window))
    what = "sends what was captured inside it"
    reads = f"{heard(status)}; that window: {settled.outcome}"
    scene.telling.tell(Line(9, LI.name, what, reads, scene.cast.seen(LI, silence.captured)))


def _with(windows: tuple[WindowTold, ...], window: UUID, outcome: str) -> WindowTold | None:
    wanted = WindowOutcome(outcome)
    return next((one for one in windows if one.id == window and one.outcome is wanted), None)


def module_studied(scene: Scene) -> None:
    """Step 10: an editor uploads a module, a phone completes it offline and sends it twice."""
    said = upload_module(scene.cast)
    scene.telling.tell(Line(10, "孙编", "uploads a module (content tool)", said))
    phone = scene.cast.phones[CHEN]
    module = phone.library.modules().modules[0]
    manifest = phone.library.download(module.version_id)
    now = utc_now()
    worked = Worked(manifest.id, ANSWERS, 12, now - timedelta(minutes=12), now)
    completion = phone.complete(worked)
    twice = [phone.submit_completion(completion) for _ in range(2)]
    expect("twice the same answer", holds=twice[0] == twice[1])
    expect("passed", holds=twice[0].passed)
    shown = scene.cast.folder_of(CHEN).completions()
    expect("once on the officer's page", holds=shown == 1)
    scene.telling.tell(
        Line(
            10,
            CHEN.name,
            f"completes {module.title_zh} offline, sends it twice",
            f"passed with {twice[0].score} %",
            f"{shown} completion",
        )
    )


def _status(scene: Scene, sent: Sent) -> CheckInStatus:
    return scene.cast.phones[sent.person].status(sent.id)


def _tell(scene: Scene, who: str, did: str, person: Person, checkin: UUID) -> None:
    status = scene.cast.phones[person].status(checkin)
    reads = heard(status)
    if status.decision is not None:
        reads += f"; decision by {status.decision.role}: {status.decision.text}"
    scene.telling.tell(Line(8, who, did, reads, scene.cast.seen(person, checkin)))
