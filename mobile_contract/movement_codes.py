"""The closed sets of movement challenges (动作核验)."""

from enum import StrEnum


class Prompt(StrEnum):
    """One movement that a challenge asks for; left and right are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    BLINK = "blink"
    COME_CLOSER = "come_closer"


class NoMovementReason(StrEnum):
    """Why a check-in that should answer a challenge carries none."""

    NONE_LEFT = "none_left"  # without a signal, and none of those issued ahead is left
    DECLINED = "declined"
