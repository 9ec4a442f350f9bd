"""The stage with rows that tests lay and do not test."""

from dataclasses import dataclass, field

from mobile_contract.client.clocks import Clocks
from mobile_contract.client.phone import Handset, Phone
from mobile_contract.codes import Datum
from mobile_contract.places import Place
from storage.local_stack import LocalStack, Processes
from storage.records import Offender, Officer
from tests.browser_forms import Browser
from tests.factories import PASSWORD, PEOPLES_SQUARE, Factory
from tests.stage import Stage

HERE = Place(
    latitude=PEOPLES_SQUARE[0], longitude=PEOPLES_SQUARE[1], datum=Datum.WGS84, accuracy_m=20.0
)


@dataclass
class Servers:
    """What a fault test may kill."""

    stack: LocalStack
    processes: Processes


@dataclass
class World(Stage):
    """A running system with people in it."""

    servers: Servers = field(kw_only=True)
    factory: Factory = field(kw_only=True)

    def phone_of(
        self, offender: Offender, clocks: Clocks | None = None, handset: Handset | None = None
    ) -> Phone:
        """A person's activated phone."""
        code = self.factory.activation_code(offender.id)
        return self.phone(offender.number, code, clocks, handset)

    def officer(self, account: Officer) -> Browser:
        """A browser that an officer has signed in with."""
        browser = self.browser()
        browser.sign_in(account.login, PASSWORD, self.factory.code(account))
        return browser
