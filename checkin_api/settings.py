"""What the web process needs to know beyond the storage; frozen, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network

from storage.settings import required

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class WebSettings:
    """How phones and browsers reach this process."""

    public_url: str
    operator: str = "重庆市社区矫正机构"  # who processes personal information, in the 告知书
    access_token_life: timedelta = timedelta(minutes=10)
    sign_in_idle: timedelta = timedelta(minutes=30)
    sign_in_life: timedelta = timedelta(hours=12)
    sign_in_pending: timedelta = timedelta(minutes=15)  # from the password to the code
    # Where limits are counted; without one each process counts for itself.
    redis_url: str | None = field(default=None, repr=False)
    sign_in_per_address: int = 30  # refused ones a minute
    phone_checkins: str = "30 per hour; 100 per day"  # new ones of a person
    phone_requests: str = "240 per minute"  # other requests of a person
    entrances_per_number: str = "20 per hour"  # activations and requests for a registration
    entrances_per_address: str = "600 per minute"
    exempt_networks: tuple[Network, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    metrics_networks: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1"))

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers come over TLS."""
        return self.public_url.startswith("https://")

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "WebSettings":
        """Read from an environment; raises SettingMissingError, ValueError naming the setting."""
        per_address = environ.get("SIGN_IN_PER_ADDRESS") or cls.sign_in_per_address
        return cls(
            public_url=required(environ, "PUBLIC_URL"),
            operator=environ.get("OPERATOR") or cls.operator,
            redis_url=environ.get("REDIS_URL") or None,
            sign_in_per_address=int(per_address),
            phone_checkins=environ.get("PHONE_CHECKINS") or cls.phone_checkins,
            phone_requests=environ.get("PHONE_REQUESTS") or cls.phone_requests,
            entrances_per_number=environ.get("ENTRANCES_PER_NUMBER") or cls.entrances_per_number,
            entrances_per_address=environ.get("ENTRANCES_PER_ADDRESS") or cls.entrances_per_address,
            exempt_networks=_networks(environ, "EXEMPT_NETWORKS"),
            trusted_proxies=_networks(environ, "TRUSTED_PROXIES"),
            metrics_networks=_networks(environ, "METRICS_NETWORKS") or cls.metrics_networks,
        )


def _networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    """Read addresses and networks (CIDR) with commas or blanks between them."""
    try:
        return tuple(ip_network(one) for one in environ.get(name, "").replace(",", " ").split())
    except ValueError as fault:
        message = f"{name}: {fault}"
        raise ValueError(message) from fault
