"""Which app versions are current, and the processing notice (告知书) that activation shows."""

from mobile_contract.shapes import Instant, Told, Version


class VersionAhead(Told):
    """A minimum that comes into force later, announced at least 60 days before."""

    version: Version
    from_at: Instant


class ProcessingNotice(Told):
    """Who processes what, why, how long, the other way and the rights; information, no consent."""

    version: str
    text_zh: str
    text_en: str


class AppInfo(Told):
    """Answer of `GET /v1/app`; below the minimum a check-in is still accepted."""

    minimum: Version
    recommended: Version
    ahead: VersionAhead | None = None
    processing_notice: ProcessingNotice
