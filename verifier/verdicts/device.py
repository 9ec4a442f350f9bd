"""What the phone of a check-in raises."""

from itertools import takewhile

from verifier.verdicts.evidence import DeviceEvidence
from verifier.verdicts.flags import Flag, FlagCode, Note


def device_codes(device: DeviceEvidence) -> set[FlagCode]:
    """Returns what a phone raises by what it says of itself and what is known of it."""
    seen: dict[FlagCode, bool] = {
        Flag.MOCK: device.mock,
        Flag.CLONED: device.cloned,
        Flag.SHARED_DEVICE: device.shared_device,
        Note.ROOTED: device.rooted,
        Note.EMULATOR: device.emulator,
        Note.NEW_DEVICE: device.new_device,
        Note.OLD_APP: device.old_app,
        Note.METADATA_DIFFERS: device.metadata_differs,
    }
    return {code for code, raised in seen.items() if raised}


def is_older(version: str, minimum: str) -> bool:
    """Tells whether an app version like 1.10.2 comes before the minimum; unreadable is old."""
    return _numbers(version) < _numbers(minimum)


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int("0" + "".join(takewhile(_is_digit, part))) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _is_digit(character: str) -> bool:
    return character in "0123456789"
