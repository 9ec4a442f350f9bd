"""Whether PostgreSQL, Redis and the object store answer, and which versions they are."""

import urllib3
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

from storage.database import DatabaseUnavailableError, Scope, transaction
from storage.findings import Finding, Grade
from storage.parts import Parts
from storage.settings import BellSettings, StoreSettings

RELEASE = "run python -m storage.migrations"
WITHIN_S = 2.0


def database(parts: Parts, scope: Scope) -> tuple[Finding, ...]:
    """Says which PostgreSQL answers, to whom, and whether the tables are there."""
    try:
        with transaction(parts.sessions, scope) as session:
            version, role, unbound, tables = session.execute(
                text(
                    "SELECT current_setting('server_version'), current_user,"
                    " (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),"
                    " to_regclass('work') IS NOT NULL"
                )
            ).one()
    except DatabaseUnavailableError:
        return (Finding(Grade.FAULT, "PostgreSQL", "no answer"),)
    found = [Finding(Grade.OK, "PostgreSQL", f"{version}, signed in as {role}")]
    if unbound:
        said = f"{role} bypasses row-level security; the application needs a plain role"
        found.append(Finding(Grade.WARN, "PostgreSQL", said))
    if not tables:
        found.append(Finding(Grade.FAULT, "PostgreSQL", f"the tables are missing; {RELEASE}"))
    return tuple(found)


def bell(settings: BellSettings) -> Finding:
    """Says which Redis or Valkey answers; the system works without, but slowly."""
    client = Redis.from_url(
        settings.url, socket_timeout=WITHIN_S, socket_connect_timeout=WITHIN_S, retry=None
    )
    try:
        told = client.info("server")
    except RedisError as fault:
        return Finding(Grade.FAULT, "Redis", f"no answer ({type(fault).__name__})")
    finally:
        client.close()
    if "valkey_version" in told:
        return Finding(Grade.OK, "Redis", f"Valkey {told['valkey_version']}")
    return Finding(Grade.OK, "Redis", f"Redis {told.get('redis_version', 'of unknown version')}")


def store(parts: Parts, settings: StoreSettings) -> Finding:
    """Says which object store answers, if it tells its name, and whether the bucket is there."""
    name = _name_of(settings)
    if name is None:
        return Finding(Grade.FAULT, "object store", f"no answer at {settings.endpoint}")
    if not parts.media.reachable():
        said = f"{name} answers, but not for bucket {settings.bucket}; check the keys, or {RELEASE}"
        return Finding(Grade.FAULT, "object store", said)
    return Finding(Grade.OK, "object store", f"{name}, bucket {settings.bucket}")


def _name_of(settings: StoreSettings) -> str | None:
    """Returns what the server calls itself; S3 servers tell no version to strangers."""
    scheme = "https" if settings.secure else "http"
    pool = urllib3.PoolManager(timeout=WITHIN_S, retries=False)
    try:
        answer = pool.request("GET", f"{scheme}://{settings.endpoint}/")
    except urllib3.exceptions.HTTPError:
        return None
    return answer.headers.get("Server") or "an S3 server that tells no name"
