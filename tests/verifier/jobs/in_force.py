"""A threshold set that a command laid in and two people put in force."""

from dataclasses import asdict

from storage.records import RuleRow, ThresholdActivation, ThresholdSetRow
from tests.factories import Factory
from verifier.verdicts.bands import DEFAULT, Limits
from verifier.verdicts.quality import QualityLimits, limits_to_row

NAME = "strict"


def put_in_force(
    factory: Factory, limits: Limits = DEFAULT.limits[0], gate: QualityLimits | None = None
) -> None:
    """From now on check-ins are judged by these limits, behind the code's own gate or this one."""
    at, first, second = factory.parts.now(), factory.account().id, factory.account().id
    words = {"limits": [asdict(limits)], "measured": {}, "reason": "test"}
    quality = None if gate is None else limits_to_row(gate)
    with factory.session() as session:
        session.add(
            ThresholdSetRow(name=NAME, laid_by="command:wang", laid_at=at, quality=quality, **words)
        )
    asked = factory.added(
        ThresholdActivation(set_name=NAME, reason="test", asked_by=first, asked_at=at)
    )
    with factory.session() as session:
        wish = session.get_one(ThresholdActivation, asked)
        wish.confirmed_by, wish.confirmed_at = second, at
        session.flush()
        said = {"set_by": f"officer:{second}", "reason": "test"}
        session.add(RuleRow(name="threshold_set", value=NAME, valid_from=at, set_at=at, **said))
