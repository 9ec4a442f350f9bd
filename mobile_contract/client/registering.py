"""How a phone becomes a person's: by an officer's code, or by asking an officer to let it in."""

from mobile_contract.activation import Activated, ActivationBody, TokenPair
from mobile_contract.client.connection import Connection, Credential, Request
from mobile_contract.client.keys import Keyring
from mobile_contract.device_requests import DeviceRequestBody, DeviceRequested, short_name
from mobile_contract.proofs import thumbprint
from mobile_contract.shapes import PHONE_READS


class Registrar:
    """Asks for registrations; each is made for a key of its own, kept until the server took it."""

    def __init__(self, server_url: str, connection: Connection, keyring: Keyring) -> None:
        self._server_url = server_url
        self._connection = connection
        self._keyring = keyring

    def activate(self, body: ActivationBody) -> Activated:
        """Exchange an officer's code for tokens."""
        given = Activated.model_validate_json(self._sent("/v1/activations", body))
        self._keyring.begin(self._server_url, given)
        return given

    def ask(self, body: DeviceRequestBody) -> DeviceRequested:
        """Ask an officer to let this phone in; the answer is the same for every number."""
        text = self._sent("/v1/device-requests", body)
        return DeviceRequested.model_validate_json(text, context=PHONE_READS)

    def collect(self) -> TokenPair:
        """Take up what an officer decided; raises RefusedError(not_registered) until then."""
        pair = self._connection.token_pair(Credential.NEW_KEY)
        self._keyring.begin(self._server_url, pair)
        return pair

    def key_name(self) -> str:
        """Give the new key's name as the person reads it out to an officer."""
        return short_name(thumbprint(self._keyring.new_key().public_jwk))

    def _sent(self, path: str, body: ActivationBody | DeviceRequestBody) -> bytes:
        text = body.model_dump_json().encode()
        request = Request("POST", path, json=text, credential=Credential.NEW_KEY)
        return self._connection.ask(request).content
