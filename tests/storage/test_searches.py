"""The doctor says in how many districts no face is searched, and why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from storage.findings import Grade
from storage.records import RuleRow
from storage.searches import LOOK_ALIKES, OTHERS, searches
from tests.factories import Factory

LIMIT = {"distance": 0.3, "people": 1, "model": "0" * 64}


def set_rule(factory: Factory, name: str, value: Any, district: UUID | None, days: int = 1) -> None:
    """A rule that has been in force for some days."""
    at = factory.parts.now() - timedelta(days=days)
    words = {"set_by": "test", "reason": "test", "set_at": at}
    with factory.session() as session:
        session.add(RuleRow(name=name, value=value, district_id=district, valid_from=at, **words))


def told(factory: Factory) -> list[tuple[str, Grade, str]]:
    """What is found: about what, how bad, and in how many districts."""
    with factory.session() as session:
        found = list(searches(session, factory.parts.now()))
    return [(one.about, one.grade, one.said.split(" districts")[0]) for one in found]


def test_without_a_rule_both_are_off_everywhere(factory: Factory) -> None:
    factory.district()
    factory.district()
    assert told(factory) == [
        (OTHERS, Grade.WARN, "off in 2 of 2"),
        (LOOK_ALIKES, Grade.WARN, "not told in 2 of 2"),
    ]


def test_a_limit_of_one_district_is_none_of_another(factory: Factory) -> None:
    one, _other = factory.district(), factory.district()
    set_rule(factory, "search_limit", LIMIT, one)
    set_rule(factory, "look_alike_distance", 0.3, one)
    assert told(factory) == [
        (OTHERS, Grade.WARN, "off in 1 of 2"),
        (LOOK_ALIKES, Grade.WARN, "not told in 1 of 2"),
    ]


def test_the_city_s_newer_value_does_not_overrule_a_district_s_own(factory: Factory) -> None:
    one, _other = factory.district(), factory.district()
    set_rule(factory, "look_alike_distance", 0, one, days=9)
    set_rule(factory, "look_alike_distance", 0.3, None)
    set_rule(factory, "search_limit", LIMIT, None)
    assert told(factory) == [
        (OTHERS, Grade.OK, "on in 2 of 2"),
        (LOOK_ALIKES, Grade.WARN, "not told in 1 of 2"),
    ]


def test_more_people_than_the_limit_is_for_are_told(factory: Factory) -> None:
    office = factory.office(factory.district())
    factory.offender(office)
    set_rule(factory, "search_limit", LIMIT, None)
    set_rule(factory, "look_alike_distance", 0.3, None)
    assert told(factory)[0][:2] == (OTHERS, Grade.OK)
    factory.offender(office)
    assert told(factory) == [
        (OTHERS, Grade.WARN, "off in 1 of 1"),
        (LOOK_ALIKES, Grade.OK, "told in 1 of 1"),
    ]
