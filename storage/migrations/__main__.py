"""`python -m storage.migrations`: the release step of the Procfile."""

import os
import sys

from storage.media import MediaStore
from storage.migrations import migrate
from storage.settings import DatabaseSettings, StoreSettings


def main() -> None:
    """Migrate the database as its owner and make the media bucket."""
    migrate(DatabaseSettings.read(os.environ))
    MediaStore(StoreSettings.read(os.environ)).ensure_bucket()
    sys.stdout.write("release: database migrated, media bucket ready\n")


if __name__ == "__main__":
    main()
