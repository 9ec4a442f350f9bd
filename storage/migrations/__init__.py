"""Forward-only changes of the database, safe on a live table."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from storage.database import open_engine
from storage.settings import DatabaseSettings

ONE_RELEASE_AT_A_TIME = 7_207_401  # advisory lock; any constant that nothing else uses


def migrate(settings: DatabaseSettings) -> None:
    """Bring the database to the newest revision, as its owner; idempotent."""
    engine = open_engine(settings)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_RELEASE_AT_A_TIME}
        )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
