"""JSON in one form only (RFC 8785), so that equal content has equal bytes and one signature."""

import json
import math
from collections.abc import Mapping, Sequence

from mobile_contract.shapes import LARGEST_SAFE_INTEGER

LARGEST_PLAIN_EXPONENT = 21  # ECMAScript writes 1e21 and more, and less than 1e-6, with an exponent
SMALLEST_PLAIN_EXPONENT = -6


class NotCanonicalError(ValueError):
    """Raised for a value that has no canonical form."""


def canonical_json(value: object) -> bytes:
    """Return the canonical UTF-8 bytes of a JSON value; raises NotCanonicalError."""
    try:
        return _written(value).encode("utf-8")
    except UnicodeEncodeError as error:
        message = "text holds half a surrogate pair"
        raise NotCanonicalError(message) from error


def _written(value: object) -> str:
    if value is None or isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return "[" + ",".join(_written(part) for part in value) + "]"
    message = f"{type(value).__name__} is no JSON value"
    raise NotCanonicalError(message)


def _object(value: Mapping[object, object]) -> str:
    names = [name for name in value if isinstance(name, str)]
    if len(names) != len(value):
        message = "a name is no text"
        raise NotCanonicalError(message)
    # RFC 8785 sorts by UTF-16 code units, which differs from code points beyond U+FFFF.
    names.sort(key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    members = (f"{json.dumps(name, ensure_ascii=False)}:{_written(value[name])}" for name in names)
    return "{" + ",".join(members) + "}"


def _number(value: float) -> str:
    if isinstance(value, int):
        if abs(value) > LARGEST_SAFE_INTEGER:
            message = "integer too large to be exact everywhere"
            raise NotCanonicalError(message)
        return str(value)
    if not math.isfinite(value):
        message = "number is not finite"
        raise NotCanonicalError(message)
    return _finite(value)


def _finite(value: float) -> str:
    """Write a double as ECMAScript does; Python's repr has the same digits in another layout."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    return sign + _laid_out(digits.rstrip("0"), point)


def _laid_out(digits: str, point: int) -> str:
    """Place the decimal point after `point` digits, or use an exponent."""
    if len(digits) <= point <= LARGEST_PLAIN_EXPONENT:
        return digits + "0" * (point - len(digits))
    if 0 < point <= LARGEST_PLAIN_EXPONENT:
        return f"{digits[:point]}.{digits[point:]}"
    if SMALLEST_PLAIN_EXPONENT < point <= 0:
        return "0." + "0" * -point + digits
    exponent = point - 1
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{tail}e{'+' if exponent > 0 else '-'}{abs(exponent)}"
