"""What an S3 server can do, tried out on scratch keys that are removed again."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from io import BytesIO

import urllib3
from minio import Minio
from minio.commonconfig import ENABLED, Filter
from minio.error import MinioException
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule

from storage.s3_client import open_client
from storage.settings import StoreSettings

FIRST, SECOND = b"first", b"second"
REFUSED = 412  # precondition failed
TAKEN = 200
ENCRYPTED_HEADER = "x-amz-server-side-encryption"


class Ability(StrEnum):
    """What media are safer with; `media.py` needs none of it."""

    VERSIONS = "versions"
    CONDITIONAL_PUT = "conditional_put"
    OBJECT_LOCK = "object_lock"
    ENCRYPTION = "encryption"
    LIFECYCLE = "lifecycle"


class Has(StrEnum):
    """Whether a server has an ability; `unknown` where the try itself was refused."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


# What a server without an ability answers with: an error of S3's, or one that the SDK cannot read.
LACKS = (MinioException, ValueError)


def try_abilities(settings: StoreSettings) -> Mapping[Ability, Has]:
    """Tries each ability; the media bucket must exist.

    Versions, conditions and encryption are tried in the media bucket, as it is set up; the lock
    and the lifecycle in a bucket of their own, as trying them changes a bucket.
    """
    client = open_client(settings)
    key = f"doctor/{secrets.token_hex(8)}"
    found = {
        Ability.VERSIONS: _tried(lambda: _keeps_versions(client, settings.bucket, key)),
        Ability.CONDITIONAL_PUT: _tried(lambda: _heeds_condition(client, settings.bucket, key)),
        Ability.ENCRYPTION: _tried(lambda: _encrypts(client, settings.bucket, key)),
    }
    return found | _in_own_bucket(client, f"{settings.bucket}-doctor-{secrets.token_hex(4)}")


def _tried(attempt: Callable[[], bool]) -> Has:
    try:
        return Has.YES if attempt() else Has.NO
    except LACKS:
        return Has.NO


def _keeps_versions(client: Minio, bucket: str, key: str) -> bool:
    written = [_put(client, bucket, key, data) for data in (FIRST, SECOND)]
    try:
        if not written[0]:
            return False
        answer = client.get_object(bucket, key, version_id=written[0])
        try:
            return bytes(answer.read()) == FIRST
        finally:
            answer.close()
            answer.release_conn()
    finally:
        _remove(client, bucket, key, written)


def _heeds_condition(client: Minio, bucket: str, key: str) -> bool:
    """Tells whether a put that asks for `no such key yet` is refused where there is one."""
    written = [_put(client, bucket, key, FIRST)]
    url = client.get_presigned_url("PUT", bucket, key)
    try:
        answer = urllib3.PoolManager(timeout=10.0, retries=False).request(
            "PUT", url, body=SECOND, headers={"If-None-Match": "*"}
        )
        if answer.status == TAKEN:
            written.append(answer.headers.get("x-amz-version-id", ""))
        return answer.status == REFUSED
    finally:
        _remove(client, bucket, key, written)


def _encrypts(client: Minio, bucket: str, key: str) -> bool:
    written = [_put(client, bucket, key, FIRST)]
    try:
        found = client.stat_object(bucket, key)
        return bool(found.metadata and found.metadata.get(ENCRYPTED_HEADER))
    finally:
        _remove(client, bucket, key, written)


def _in_own_bucket(client: Minio, bucket: str) -> dict[Ability, Has]:
    locked = True
    try:
        client.make_bucket(bucket, object_lock=True)
    except LACKS:
        locked = False
        try:
            client.make_bucket(bucket)
        except LACKS:
            return {Ability.OBJECT_LOCK: Has.UNKNOWN, Ability.LIFECYCLE: Has.UNKNOWN}
    try:
        return {
            Ability.OBJECT_LOCK: _tried(lambda: locked and _locks(client, bucket)),
            Ability.LIFECYCLE: _tried(lambda: _keeps_lifecycle(client, bucket)),
        }
    finally:
        with suppress(*LACKS):
            client.remove_bucket(bucket)


def _locks(client: Minio, bucket: str) -> bool:
    """Tells whether a version under legal hold cannot be removed."""
    key = "held"
    version = _put(client, bucket, key, FIRST)
    client.enable_object_legal_hold(bucket, key, version)
    try:
        client.remove_object(bucket, key, version_id=version)
    except MinioException:
        client.disable_object_legal_hold(bucket, key, version)
        client.remove_object(bucket, key, version_id=version)
        return True
    return False


def _keeps_lifecycle(client: Minio, bucket: str) -> bool:
    rule = Rule(
        ENABLED, rule_filter=Filter(prefix="x/"), rule_id="x", expiration=Expiration(days=1)
    )
    client.set_bucket_lifecycle(bucket, LifecycleConfig([rule]))
    kept = client.get_bucket_lifecycle(bucket)
    return kept is not None and [one.rule_id for one in kept.rules] == ["x"]


def _put(client: Minio, bucket: str, key: str, data: bytes) -> str:
    return client.put_object(bucket, key, BytesIO(data), len(data)).version_id or ""


def _remove(client: Minio, bucket: str, key: str, versions: list[str]) -> None:
    for version in dict.fromkeys(versions):
        with suppress(*LACKS):
            client.remove_object(bucket, key, version_id=version or None)
