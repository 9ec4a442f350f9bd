"""Who may do what, with whose people: the one table. What is not in it is not allowed."""

from enum import StrEnum

from storage.records import Role


class Who(StrEnum):
    """Everybody who can ask."""

    ANYBODY = "anybody"
    OFFENDER = "offender"
    OFFICER = "officer"
    HEAD = "head"
    DISTRICT = "district"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class Whose(StrEnum):
    """Whose data an action reaches."""

    NOBODYS = "nobodys"
    OWN = "own"
    OFFICE = "office"
    DISTRICT = "district"


class Action(StrEnum):
    """Everything that can be asked for."""

    READ_PUBLIC = "read_public"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SEE_ACCOUNT = "see_account"
    ACTIVATE_PHONE = "activate_phone"
    REFRESH_TOKENS = "refresh_tokens"
    SUBMIT_CHECKIN = "submit_checkin"
    READ_OWN = "read_own"
    OBJECT = "object"
    STUDY = "study"
    SEE_ITEMS = "see_items"
    SEE_PERSON = "see_person"
    SEE_PHOTO = "see_photo"
    REVIEW = "review"
    DECIDE_WINDOW = "decide_window"
    RECORD_CONTACT = "record_contact"
    ORDER_WINDOW = "order_window"
    ENROL = "enrol"
    ISSUE_ACTIVATION = "issue_activation"
    UPLOAD_CONTENT = "upload_content"


STAFF = {
    Who.OFFICER: Whose.OFFICE,
    Who.HEAD: Whose.OFFICE,
    Who.DISTRICT: Whose.DISTRICT,
}
EVERYBODY = dict.fromkeys(Who, Whose.NOBODYS)
ACCOUNTS = dict.fromkeys(
    (Who.OFFICER, Who.HEAD, Who.DISTRICT, Who.EDITOR, Who.ADMINISTRATOR), Whose.NOBODYS
)

PERMISSIONS: dict[Action, dict[Who, Whose]] = {
    Action.READ_PUBLIC: EVERYBODY,
    Action.SIGN_IN: EVERYBODY,
    Action.SIGN_OUT: ACCOUNTS,
    Action.SEE_ACCOUNT: ACCOUNTS,
    Action.ACTIVATE_PHONE: {Who.ANYBODY: Whose.NOBODYS},
    Action.REFRESH_TOKENS: {Who.ANYBODY: Whose.NOBODYS},
    Action.SUBMIT_CHECKIN: {Who.OFFENDER: Whose.OWN},
    Action.READ_OWN: {Who.OFFENDER: Whose.OWN},
    Action.OBJECT: {Who.OFFENDER: Whose.OWN},
    Action.STUDY: {Who.OFFENDER: Whose.OWN},
    Action.SEE_ITEMS: STAFF,
    Action.SEE_PERSON: STAFF,
    Action.SEE_PHOTO: STAFF,
    Action.REVIEW: STAFF,
    Action.DECIDE_WINDOW: STAFF,
    Action.RECORD_CONTACT: STAFF,
    Action.ORDER_WINDOW: STAFF,
    Action.ENROL: STAFF,
    Action.ISSUE_ACTIVATION: STAFF,
    Action.UPLOAD_CONTENT: {Who.EDITOR: Whose.NOBODYS},
}

WHO_OF_ROLE = {role: Who(role.value) for role in Role}


def allowed(who: Who, action: Action) -> Whose | None:
    """Say whose data this caller reaches with this action; None means not at all."""
    return PERMISSIONS[action].get(who)
