"""Numbers of identity cards, which stay out of this system: they are no secret to a relative."""

from datetime import datetime

LENGTH = 18
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
CHECKS = "10X98765432"


def is_id_card(number: str) -> bool:
    """Tell an ID card's number by its length, birthday and check character."""
    body, check = number[:-1], number[-1:].upper()
    if len(number) != LENGTH or not body.isdecimal():
        return False
    try:
        datetime.strptime(body[6:14], "%Y%m%d")  # noqa: DTZ007 - only whether it is a day
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return CHECKS[total % len(CHECKS)] == check
