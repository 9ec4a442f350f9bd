"""Who may do what, with whose people: the one table. What is not in it is not allowed."""

from collections.abc import Iterable
from enum import StrEnum


class Who(StrEnum):
    """Everybody who can ask."""

    ANYBODY = "anybody"
    OFFENDER = "offender"
    ACCOUNT = "account"  # whoever has signed in, posted or not
    SOCIAL_WORKER = "social_worker"
    OFFICER = "officer"
    HEAD = "head"
    DUTY = "duty"
    DISTRICT = "district"
    CITY = "city"
    PROCURATOR = "procurator"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class Whose(StrEnum):
    """Whose data an action reaches."""

    NOBODYS = "nobodys"
    OWN = "own"
    OFFICE = "office"
    DISTRICT = "district"
    OPENED = "opened"  # single cases, each opened with a stated reason
    CITY = "city"


class Action(StrEnum):
    """Everything that can be asked for."""

    # before anybody is known
    READ_PUBLIC = "read_public"
    SIGN_IN = "sign_in"
    ACTIVATE_PHONE = "activate_phone"
    REQUEST_PHONE = "request_phone"
    REFRESH_TOKENS = "refresh_tokens"
    # the supervised person
    TAKE_CHALLENGE = "take_challenge"
    SUBMIT_CHECKIN = "submit_checkin"
    READ_OWN = "read_own"
    OBJECT = "object"
    SEND_PHOTOS = "send_photos"  # to be enrolled with, once an officer approves them
    ASK_OFFICE = "ask_office"
    STUDY = "study"
    # every account
    SIGN_OUT = "sign_out"
    SEE_ACCOUNT = "see_account"
    SECURE_ACCOUNT = "secure_account"
    # cases
    SEE_ITEMS = "see_items"
    SEE_PERSON = "see_person"
    SEE_PHOTO = "see_photo"
    WRITE_NOTE = "write_note"
    COLLECT_PHOTOS = "collect_photos"
    APPROVE_PHOTOS = "approve_photos"
    EXEMPT = "exempt"  # from a duty, such as the photo of the face
    ANSWER_REQUEST = "answer_request"
    REVIEW = "review"
    DECIDE_WINDOW = "decide_window"
    RECORD_CONTACT = "record_contact"
    ORDER_WINDOW = "order_window"
    SET_DUTIES = "set_duties"  # from where and when a person reports
    ISSUE_ACTIVATION = "issue_activation"
    DECIDE_PHONE = "decide_phone"
    STOP_PHONE = "stop_phone"
    SUPERVISE = "supervise"  # pause, end, transfer
    DECLARE_OUTAGE = "declare_outage"  # from outside: a carrier, a certificate
    # people who work
    POST_COVER = "post_cover"
    CONFIRM_POSTING = "confirm_posting"
    RECUSE = "recuse"  # oneself
    RECUSE_ANOTHER = "recuse_another"
    NAME_OFFICER = "name_officer"
    RESET_ACCOUNT = "reset_account"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_OFFICES = "manage_offices"
    # oversight
    OPEN_CASE = "open_case"
    SEE_FIGURES = "see_figures"
    SEE_OUTAGES = "see_outages"
    SEE_POSTINGS = "see_postings"
    SEE_NAMED = "see_named"  # officers named for people under 18
    SEE_REPORTS = "see_reports"  # the machine against what people found
    SEE_AUDIT = "see_audit"
    WRITE_OPINION = "write_opinion"
    SEE_OPINIONS = "see_opinions"
    ACTIVATE_THRESHOLDS = "activate_thresholds"  # with a second person; one set for all
    # the study library
    UPLOAD_CONTENT = "upload_content"


ANYBODY = {Who.ANYBODY: Whose.NOBODYS}
EVERYBODY = dict.fromkeys(Who, Whose.NOBODYS)
ACCOUNTS = {Who.ACCOUNT: Whose.NOBODYS}
PERSON = {Who.OFFENDER: Whose.OWN}

# Who leads an office or a district.
LEADS = {Who.HEAD: Whose.OFFICE, Who.DISTRICT: Whose.DISTRICT}
# Who decides about people.
DECIDES = {
    Who.OFFICER: Whose.OFFICE,
    Who.HEAD: Whose.OFFICE,
    Who.DUTY: Whose.DISTRICT,
    Who.DISTRICT: Whose.DISTRICT,
}
# Who works with people without deciding about them, or with them.
WORKS = {Who.SOCIAL_WORKER: Whose.OFFICE} | DECIDES
# Who looks without touching: an inspector reads everything of the district.
INSPECTS = {Who.PROCURATOR: Whose.DISTRICT}
SEES = WORKS | INSPECTS | {Who.CITY: Whose.OPENED}
# Who confirms something; what whom, stands in confirming.py.
CONFIRMS = LEADS | {Who.CITY: Whose.CITY, Who.ADMINISTRATOR: Whose.CITY}

PERMISSIONS: dict[Action, dict[Who, Whose]] = {
    Action.READ_PUBLIC: EVERYBODY,
    Action.SIGN_IN: EVERYBODY,
    Action.ACTIVATE_PHONE: ANYBODY,
    Action.REQUEST_PHONE: ANYBODY,
    Action.REFRESH_TOKENS: ANYBODY,
    Action.TAKE_CHALLENGE: PERSON,
    Action.SUBMIT_CHECKIN: PERSON,
    Action.READ_OWN: PERSON,
    Action.OBJECT: PERSON,
    Action.SEND_PHOTOS: PERSON,
    Action.ASK_OFFICE: PERSON,
    Action.STUDY: PERSON,
    Action.SIGN_OUT: ACCOUNTS,
    Action.SEE_ACCOUNT: ACCOUNTS,
    Action.SECURE_ACCOUNT: ACCOUNTS,
    Action.SEE_ITEMS: WORKS | INSPECTS,
    Action.SEE_PERSON: SEES,
    Action.SEE_PHOTO: SEES,
    Action.WRITE_NOTE: WORKS,
    Action.COLLECT_PHOTOS: WORKS,
    Action.APPROVE_PHOTOS: DECIDES,
    Action.EXEMPT: DECIDES,
    Action.ANSWER_REQUEST: DECIDES,
    Action.REVIEW: DECIDES,
    Action.DECIDE_WINDOW: DECIDES,
    Action.RECORD_CONTACT: DECIDES,
    Action.ORDER_WINDOW: DECIDES,
    Action.SET_DUTIES: DECIDES,
    Action.ISSUE_ACTIVATION: DECIDES,
    Action.DECIDE_PHONE: DECIDES,
    Action.STOP_PHONE: dict.fromkeys(DECIDES, Whose.DISTRICT),  # a lost key waits for no office
    Action.SUPERVISE: LEADS,
    Action.DECLARE_OUTAGE: {Who.DISTRICT: Whose.DISTRICT},
    Action.POST_COVER: LEADS,
    Action.CONFIRM_POSTING: CONFIRMS,
    Action.RECUSE: DECIDES,
    Action.RECUSE_ANOTHER: LEADS,  # those who stand below; to end a recusal too
    Action.NAME_OFFICER: LEADS,
    Action.RESET_ACCOUNT: LEADS | {Who.ADMINISTRATOR: Whose.CITY},
    Action.MANAGE_ACCOUNTS: {Who.ADMINISTRATOR: Whose.CITY},
    Action.MANAGE_OFFICES: {Who.ADMINISTRATOR: Whose.CITY},
    Action.OPEN_CASE: {Who.CITY: Whose.CITY},
    Action.SEE_FIGURES: {Who.DISTRICT: Whose.DISTRICT, Who.CITY: Whose.CITY} | INSPECTS,
    Action.SEE_OUTAGES: {Who.DISTRICT: Whose.DISTRICT} | INSPECTS,
    Action.SEE_POSTINGS: CONFIRMS | INSPECTS,
    Action.SEE_NAMED: LEADS | INSPECTS,
    Action.SEE_REPORTS: LEADS | INSPECTS,
    Action.SEE_AUDIT: {Who.DISTRICT: Whose.DISTRICT} | INSPECTS,
    Action.WRITE_OPINION: INSPECTS,
    Action.SEE_OPINIONS: LEADS | INSPECTS,
    Action.ACTIVATE_THRESHOLDS: {Who.CITY: Whose.CITY, Who.ADMINISTRATOR: Whose.CITY},
    Action.UPLOAD_CONTENT: {Who.EDITOR: Whose.NOBODYS},
}


def allowed(who: Who, action: Action) -> Whose | None:
    """Say whose data this caller reaches with this action; None means not at all."""
    return PERMISSIONS[action].get(who)


def any_allowed(whos: Iterable[Who], action: Action) -> bool:
    """Tell whether one of several roles may do this at all."""
    return any(allowed(who, action) is not None for who in whos)
