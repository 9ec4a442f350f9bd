"""Small complete things of the contract, to be changed by tests."""

import hashlib
from copy import deepcopy
from typing import Any

SELFIE_BYTES = b"\xff\xd8 a photo \xff\xd9"
CHECKIN_ID = "01938f00-0000-7000-8000-000000000001"
PERSON_ID = "01938f00-0000-7000-8000-0000000000aa"

BODY: dict[str, Any] = {
    "id": CHECKIN_ID,
    "window_id": None,
    "captured_at": "2026-03-01T08:30:00.250+08:00",
    "captured_monotonic_ms": 123456,
    "boot_id": "boot-1",
    "server_nonce": "abc.def",
    "place": {
        "latitude": 29.563,
        "longitude": 106.5516,
        "datum": "GCJ-02",
        "accuracy_m": 12.5,
        "fixed_at": "2026-03-01T00:29:58Z",
    },
    "files": [
        {
            "name": "selfie",
            "sha256": hashlib.sha256(SELFIE_BYTES).hexdigest(),
            "length": len(SELFIE_BYTES),
            "content_type": "image/jpeg",
        }
    ],
    "question_set": "none",
    "answers": [],
    "device": {
        "install_id": "install-1",
        "model": "测试机",
        "os": "Android 14",
        "app": "1.2.0",
        "mock": False,
        "rooted": False,
        "cloned": False,
        "emulator": False,
    },
}


def body(**changes: Any) -> dict[str, Any]:
    """Return a check-in body with some members changed."""
    return deepcopy(BODY) | changes


def body_without(*names: str, **changes: Any) -> dict[str, Any]:
    """Return a check-in body that lacks some members."""
    return {name: value for name, value in body(**changes).items() if name not in names}
