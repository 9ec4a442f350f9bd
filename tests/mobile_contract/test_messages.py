"""Every code has its words in both languages, and none of them accuses anybody."""

import ast
import string
from enum import StrEnum
from pathlib import Path

import pytest

from checkin_api.reviews.sheet import TwinWhose
from mobile_contract import codes, content, enrolment
from mobile_contract.messages import Language, MissingTextError, catalogue, message
from mobile_contract.movement_codes import NoMovementReason, Prompt
from mobile_contract.problems import RETRY, STATUS
from storage.records import (
    ApprovalBasis,
    Cause,
    EndReason,
    FlagKind,
    IdentityAnswer,
    PauseReason,
    ReferenceSource,
    TransferState,
    TwinKind,
)
from verifier.renewal import RenewalReason
from verifier.verdicts.evidence import FaceVerdict, PlaceAnswer, TimeBasis
from verifier.verdicts.flags import Flag, Note
from verifier.verdicts.movement import Standing
from verifier.verdicts.quality import QualityReason
from verifier.verdicts.sweeps import MovementAnswer

NAMESPACES: list[tuple[str, type[StrEnum]]] = [
    ("theme", codes.Theme),
    ("datum", codes.Datum),
    ("channel", codes.Channel),
    ("no_place", codes.NoPlaceReason),
    ("no_selfie", codes.NoSelfieReason),
    ("prompt", Prompt),
    ("no_movement", NoMovementReason),
    ("console.movement.prompt", Prompt),
    ("movement", MovementAnswer),
    ("movement_standing", Standing),
    ("state", codes.CheckInState),
    ("outcome", codes.WindowOutcome),
    ("window", codes.WindowOutcome),
    ("supervision", codes.SupervisionState),
    ("console.supervision", codes.SupervisionState),
    ("end_reason", EndReason),
    ("pause_reason", PauseReason),
    ("transfer", TransferState),
    ("reason", codes.ToldReason),
    ("request", codes.RequestKind),
    ("enrolment", enrolment.EnrolmentState),
    ("own_photo", enrolment.PhotoState),
    ("console.basis", ApprovalBasis),
    ("console.source", ReferenceSource),
    ("console.source_short", ReferenceSource),
    ("console.renewal", RenewalReason),
    ("next", codes.NextStep),
    ("decided_by", codes.DecidedBy),
    ("objection", codes.ObjectionState),
    ("notice", codes.NoticeKind),
    ("device", codes.DeviceState),
    ("platform", codes.Platform),
    ("retry", codes.Retry),
    ("problem", codes.ProblemCode),
    ("version", content.VersionState),
    ("flag", Flag),
    ("flag", Note),
    ("flag_kind", FlagKind),
    ("face", FaceVerdict),
    ("photo_quality", QualityReason),
    ("place", PlaceAnswer),
    ("time", TimeBasis),
    ("identity", IdentityAnswer),
    ("item", Cause),
    ("twin", TwinKind),
    ("twin_whose", TwinWhose),
]
ROOT = Path(__file__).parent.parent.parent
RECORDS = {"audit.record", "record", "_record"}  # the last two hand on to the first
EVERY_TEXT = [
    pytest.param(language, code, id=f"{language}-{code}")
    for language in Language
    for code in catalogue(language)
]
ACCUSING = {
    Language.EN: (
        "fail", "fake", "fraud", "cheat", "forg", "liar", "lying", "suspicio", "suspect",
        "violat", "offender", "criminal", "guilty",
    ),
    Language.ZH: (
        "失败", "虚假", "伪造", "作弊", "欺诈", "造假", "弄虚", "判定", "违规", "可疑", "嫌疑",
        "犯人", "罪犯",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("namespace", "codes_"), NAMESPACES)
def test_every_code_has_its_words(
    namespace: str, codes_: type[StrEnum], language: Language
) -> None:
    missing = [code for code in codes_ if not catalogue(language).get(f"{namespace}.{code}")]
    assert missing == []


def recorded() -> set[tuple[str, str]]:
    """Find what the code writes into the record of acts: names of acts, and of their facts."""
    found = set()
    for path in (ROOT / package for package in ("checkin_api", "verifier", "storage")):
        for file in path.rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and ast.unparse(call.func) in RECORDS:
                    found |= {
                        ("action", said.value)
                        for said in call.args[:2]
                        if isinstance(said, ast.Constant) and isinstance(said.value, str)
                    }
                    found |= {("fact", fact.arg or "") for fact in call.keywords if fact.arg}
    return found - {("fact", "subject"), ("fact", "offender_id")}


def test_every_act_of_the_record_has_words() -> None:
    acts = recorded()
    assert ("action", "photo_seen") in acts
    known = catalogue(Language.ZH)
    assert {act for act in acts if f"console.audit.{act[0]}.{act[1]}" not in known} == set()


def test_every_enum_of_the_contract_has_a_namespace() -> None:
    enums = {thing for thing in vars(codes).values() if isinstance(thing, type)} - {StrEnum}
    assert enums <= {enum for _, enum in NAMESPACES}


def test_both_languages_have_the_same_codes() -> None:
    assert set(catalogue(Language.ZH)) == set(catalogue(Language.EN))


@pytest.mark.parametrize(("language", "code"), EVERY_TEXT)
def test_no_text_accuses_anybody(language: Language, code: str) -> None:
    text = catalogue(language)[code].lower()
    assert [word for word in ACCUSING[language] if word in text] == []


@pytest.mark.parametrize("code", catalogue(Language.ZH))
def test_both_texts_ask_for_the_same_facts(code: str) -> None:
    asked = [
        {name for _, name, _, _ in string.Formatter().parse(catalogue(language)[code]) if name}
        for language in Language
    ]
    assert asked[0] == asked[1]


def test_facts_are_set_into_the_text() -> None:
    assert "K7Q2" in message("receipt.accepted", Language.EN, short_code="K7Q2")


@pytest.mark.parametrize("code", ["problem.no_such_code", "receipt.accepted"])
def test_a_missing_text_or_fact_is_an_error_and_no_empty_line(code: str) -> None:
    with pytest.raises(MissingTextError):
        message(code, Language.ZH)


def test_the_rules_own_sentence_is_the_one_that_is_told() -> None:
    told = [message("reason.photo_unclear", language) for language in Language]
    assert told == [
        "照片比对未得出明确结论，工作人员将核实，您无需操作。",
        "The comparison gave no clear result; an officer will look. You need do nothing.",
    ]


def test_every_problem_has_a_status_and_a_way_on() -> None:
    assert set(STATUS) == set(RETRY) == set(codes.ProblemCode)
