"""What is sealed opens for its owner only, and with old keys too."""

from pathlib import Path
from secrets import token_bytes

import pytest

from storage.key_files import lay_keys
from storage.keys import Keys, WeakKeyError, read_keys
from storage.seals import SealBrokenError, seal, unseal


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Keys of a server."""
    lay_keys(tmp_path)
    return read_keys(tmp_path)


def test_what_is_sealed_can_be_opened_and_not_be_read(keys: Keys) -> None:
    sealed = seal(keys, "JBSWY3DP", "one")
    assert "JBSWY3DP" not in sealed
    assert seal(keys, "JBSWY3DP", "one") != sealed
    assert unseal(keys, sealed, "one") == "JBSWY3DP"


def test_a_seal_in_another_row_or_changed_does_not_open(keys: Keys) -> None:
    sealed = seal(keys, "JBSWY3DP", "one")
    changed = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]
    for text, owner in ((sealed, "two"), (changed, "one"), ("", "one"), ("x.y", "one")):
        with pytest.raises(SealBrokenError):
            unseal(keys, text, owner)


def test_a_newer_key_seals_and_the_older_still_opens(keys: Keys, tmp_path: Path) -> None:
    before = seal(keys, "JBSWY3DP", "one")
    (tmp_path / "seals-zzzz.key").write_bytes(token_bytes(32))
    both = read_keys(tmp_path)
    assert seal(both, "JBSWY3DP", "one").startswith("zzzz.")
    assert unseal(both, before, "one") == "JBSWY3DP"


def test_a_folder_without_the_key_says_which_is_missing(tmp_path: Path) -> None:
    lay_keys(tmp_path)
    next(tmp_path.glob("seals-*.key")).unlink()
    with pytest.raises(WeakKeyError, match=r"seals-\*\.key"):
        read_keys(tmp_path)
