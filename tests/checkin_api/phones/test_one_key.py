"""One key asks and is activated for two people at once: one gets it, and nobody gets a fault."""

from concurrent.futures import ThreadPoolExecutor

from mobile_contract.codes import DeviceState
from mobile_contract.proofs import SenderKey
from storage.records import Offender
from tests.checkin_api.phones.asking import Door
from tests.factories import Factory

ROUNDS = 6


def test_one_key_at_two_doors_at_once_speaks_for_one_person(
    door: Door, factory: Factory, person: Offender
) -> None:
    people = (person, factory.offender(person.office_id, name="李小红"))
    for _ in range(ROUNDS):
        key = SenderKey.generate()
        codes = [factory.activation_code(one.id) for one in people]
        with ThreadPoolExecutor(4) as pool:
            activated = [
                pool.submit(door.activate, one.number, code, key)
                for one, code in zip(people, codes, strict=True)
            ]
            asked = [pool.submit(door.request, one.number, key) for one in people]
        assert sorted(one.result().status_code for one in activated) == [201, 401]
        assert {one.result().status_code for one in asked} == {202}
        assert door.tokens(key).status_code == 200
    states = [row.state for one in people for row in door.of(one)]
    assert DeviceState.WAITING not in states
