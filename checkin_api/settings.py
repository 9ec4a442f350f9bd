"""What the web process needs to know beyond the storage; frozen, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from storage.settings import required


@dataclass(frozen=True)
class WebSettings:
    """How phones and browsers reach this process."""

    public_url: str
    operator: str = "重庆市社区矫正机构"  # who processes personal information, in the 告知书
    access_token_life: timedelta = timedelta(minutes=10)
    sign_in_idle: timedelta = timedelta(minutes=30)
    sign_in_life: timedelta = timedelta(hours=12)

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers come over TLS."""
        return self.public_url.startswith("https://")

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "WebSettings":
        """Read from an environment; raises SettingMissingError."""
        operator = environ.get("OPERATOR") or cls.operator
        return cls(public_url=required(environ, "PUBLIC_URL"), operator=operator)
