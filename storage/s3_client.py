"""The SDK's client for the S3 server, with time-outs that a waiting phone can bear."""

import urllib3
from minio import Minio

from storage.settings import StoreSettings


def open_client(settings: StoreSettings) -> Minio:
    """Make the client; connects lazily, to be opened after any fork."""
    return Minio(
        settings.endpoint,
        access_key=settings.access_key,
        secret_key=settings.secret_key,
        secure=settings.secure,
        region=settings.region,
        http_client=urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=2, read=15),
            maxsize=32,
            retries=urllib3.Retry(total=1, backoff_factor=0.2, status_forcelist=[502, 503]),
        ),
    )
