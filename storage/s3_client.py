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
            # 500 too: rclone answers it to some of many equal puts at once, which are the same.
            retries=urllib3.Retry(
                total=4, connect=1, backoff_factor=0.1, status_forcelist=[500, 502, 503, 504]
            ),
        ),
    )
