"""From a refusal to the words above the form: what is missing goes back to who can add it."""

from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from mobile_contract.messages import Language, catalogue

OF_THE_FORM = frozenset(
    {
        ProblemCode.INVALID_CONTENT,
        ProblemCode.NOT_OPEN,
        ProblemCode.PHOTO_NOT_JPEG,
        ProblemCode.PHOTO_DAMAGED,
        ProblemCode.PHOTO_TOO_LARGE,
    }
)


def fault_of(refusal: RefusedError) -> str:
    """Give the code of the words; raises the refusal itself where no correction helps."""
    if refusal.code not in OF_THE_FORM:
        raise refusal
    place = refusal.errors[0].pointer.strip("/") if refusal.errors else ""
    reason = refusal.errors[0].reason if refusal.errors else ""
    wanted = (
        f"console.fault.{place}_{reason}",
        f"console.fault.{place}",
        f"console.fault.{refusal.code}",
    )
    return next((one for one in wanted if one in catalogue(Language.ZH)), "console.fault.other")
