"""What the place of a check-in raises."""

from verifier.verdicts.evidence import PlaceAnswer, PlaceEvidence
from verifier.verdicts.flags import Flag, FlagCode, Note


def place_codes(place: PlaceEvidence, missing_place_limit: int) -> set[FlagCode]:
    """Returns what a place raises; earlier missing places count only when this one is missing."""
    unknown = place.answer is PlaceAnswer.NO_FIX
    often = unknown and place.without_place_of_last_seven >= missing_place_limit
    seen: dict[FlagCode, bool] = {
        Flag.OUTSIDE_AREA: place.answer is PlaceAnswer.OUTSIDE,
        Flag.PLACE_MISSING_OFTEN: often,
        Note.AREA_UNCERTAIN: place.answer is PlaceAnswer.CANNOT_TELL,
        Note.PLACE_UNKNOWN: unknown,
        Note.ACCURACY_IDENTICAL: place.accuracy_identical,
    }
    return {code for code, raised in seen.items() if raised}
