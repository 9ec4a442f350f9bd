"""PostgreSQL: a cluster of its own, one database, an owner and logins that own nothing."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

import psycopg
from psycopg import sql

from storage.local_stack.credentials import Credentials, Role
from storage.local_stack.faults import StackError
from storage.local_stack.ports import LOOPBACK
from storage.local_stack.postgres_files import PostgresFiles
from storage.local_stack.server import NotReadyError
from storage.local_stack.supervised import Command
from storage.private_files import append_private, private_folder, write_private

DATABASE = "checkin"
SUPERUSER = "postgres"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_INITDB = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions")
_INITDB_WITHIN_S = 120


@dataclass(frozen=True)
class Postgres:
    """The database server of one data folder."""

    files: PostgresFiles
    credentials: Credentials
    port: int
    log: Path
    durable: bool  # False: no fsync, for data that no power cut needs to survive
    name: str = "postgres"
    title: str = "PostgreSQL"

    def url(self, user: str, password: str, database: str = DATABASE) -> str:
        """Return the URL of a database for a login."""
        return f"postgresql://{user}:{password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def maintenance_url(self) -> str:
        """Return the superuser's URL of the database that every cluster has."""
        return self.url(SUPERUSER, self.credentials.superuser, "postgres")

    def prepare(self) -> Command:
        """Make the cluster at the first start and return the server's command."""
        if not (self.files.cluster / "PG_VERSION").exists():
            self._make_cluster()
        settings = {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "on" if self.durable else "off",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        options = (option for key, value in settings.items() for option in ("-c", f"{key}={value}"))
        return Command(
            name=self.name,
            argv=(str(self.files.programs / "postgres"), "-D", str(self.files.cluster), *options),
            environment=_ENVIRONMENT,
            folder=self.files.cluster,
            log=self.log,
            stop_signal=SIGINT,  # "fast": ends open connections instead of waiting for them
            stop_within_s=30,
            account=self.files.account,
        )

    def check(self) -> None:
        """Return when the server lets the superuser in."""
        try:
            psycopg.connect(self.maintenance_url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            raise NotReadyError(str(error)) from error

    def settle(self) -> None:
        """Make the logins and the database; what they may do is granted by the migrations."""
        with psycopg.connect(self.maintenance_url, autocommit=True) as connection:
            for role in Role:
                _ensure_login(connection, role.login, self.credentials.logins[role.login])
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not found.fetchone():
                owner = sql.Identifier(Role.RELEASE.login)
                create = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(create.format(sql.Identifier(DATABASE), owner))

    def _make_cluster(self) -> None:
        # Made aside and renamed, so that an interrupted start leaves no half cluster behind.
        partial = self.files.cluster.with_name("postgres.new")
        password = self.files.cluster.with_name("postgres.password")
        shutil.rmtree(partial, ignore_errors=True)
        private_folder(partial)
        write_private(password, self.credentials.superuser.encode())
        self.files.give(partial)
        self.files.give(password)
        try:
            self._run_initdb(partial, password)
        finally:
            password.unlink()
        partial.rename(self.files.cluster)

    def _run_initdb(self, folder: Path, password: Path) -> None:
        asked = ("-D", str(folder), "-U", SUPERUSER, f"--pwfile={password}", *_INITDB)
        signing_in = ("--auth=scram-sha-256",)
        command = Command(
            name="initdb",
            argv=(str(self.files.programs / "initdb"), *asked, *signing_in),
            environment=_ENVIRONMENT,
            folder=folder,
            log=self.log,
            account=self.files.account,
        )
        with append_private(self.log) as log:
            ended = subprocess.run(  # noqa: S603 - our own command line
                command.full_argv(),
                env=_ENVIRONMENT,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=_INITDB_WITHIN_S,
                check=False,
            )
        if ended.returncode:
            why = f"its cluster could not be made ({command.last_words()})"
            raise StackError(who=self.title, why=why, cure=f"Read {self.log}, then start again")


def _ensure_login(connection: psycopg.Connection, login: str, password: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone()
    verb = "ALTER" if found else "CREATE"
    rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    statement = sql.SQL("{} ROLE {} {} PASSWORD {}").format(
        sql.SQL(verb), sql.Identifier(login), sql.SQL(rights), sql.Literal(password)
    )
    connection.execute(statement)
