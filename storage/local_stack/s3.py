"""The S3 servers that can hold media locally, one row each in SERVERS."""

import http.client
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from storage.local_stack.credentials import Credentials
from storage.local_stack.faults import StackError
from storage.local_stack.places import Places
from storage.local_stack.ports import LOOPBACK
from storage.local_stack.server import NotReadyError
from storage.local_stack.supervised import Command
from storage.private_files import private_folder


class Store(StrEnum):
    """The S3 servers that the stack can start."""

    RCLONE = "rclone"
    MINIO = "minio"


@dataclass(frozen=True)
class S3Server:
    """How one kind of S3 server is found, started and asked whether it is ready."""

    title: str
    program: Callable[[Places], Path]
    arguments: Callable[[str, Path], tuple[str, ...]]  # from address and folder
    environment: Callable[[Credentials], Mapping[str, str]]
    health: str
    healthy: frozenset[int]


def rclone_program(_places: Places) -> Path:
    """Return the rclone that its wheel laid beside the interpreter."""
    program = Path(sys.executable).parent / "rclone"
    if not os.access(program, os.X_OK):
        raise StackError(who="rclone", why="its wheel is not installed", cure="Run `make setup`")
    return program


def minio_program(places: Places) -> Path:
    """Return the MinIO named by MINIO_BIN, or the one that `make minio` built."""
    program = places.minio
    if not os.access(program, os.X_OK):
        raise StackError(
            who="MinIO",
            why=f"there is no program at {program}",
            cure="Run `make minio` (about 5 minutes, once)",
        )
    return program


def _rclone_arguments(address: str, folder: Path) -> tuple[str, ...]:
    served = private_folder(folder / "objects")
    cache = f"--cache-dir={private_folder(folder / 'cache')}"
    return ("serve", "s3", str(served), f"--addr={address}", "--config=", cache)


def _minio_arguments(address: str, folder: Path) -> tuple[str, ...]:
    served = private_folder(folder / "objects")
    certificates = f"--certs-dir={private_folder(folder / 'certs')}"
    return ("server", "--quiet", certificates, f"--address={address}", str(served))


def _rclone_environment(credentials: Credentials) -> Mapping[str, str]:
    pair = f"{credentials.s3_access_key},{credentials.s3_secret_key}"
    return {"RCLONE_AUTH_KEY": f'"{pair}"'}


def _minio_environment(credentials: Credentials) -> Mapping[str, str]:
    return {
        "MINIO_ROOT_USER": credentials.s3_access_key,
        "MINIO_ROOT_PASSWORD": credentials.s3_secret_key,
        "MINIO_KMS_SECRET_KEY": f"checkin-media:{credentials.minio_key}",
        "MINIO_CI_CD": "1",  # lets it keep its objects on the disk of the operating system
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }


SERVERS: Mapping[Store, S3Server] = {
    Store.RCLONE: S3Server(
        title="rclone (S3)",
        program=rclone_program,
        arguments=_rclone_arguments,
        environment=_rclone_environment,
        health="/",
        healthy=frozenset({400, 403}),  # an unsigned request is refused once it serves
    ),
    Store.MINIO: S3Server(
        title="MinIO (S3)",
        program=minio_program,
        arguments=_minio_arguments,
        environment=_minio_environment,
        health="/minio/health/ready",
        healthy=frozenset({200}),
    ),
}


@dataclass(frozen=True)
class S3:
    """The S3 server of one data folder."""

    kind: S3Server
    program: Path
    folder: Path
    credentials: Credentials
    port: int
    log: Path
    name: str = "s3"

    @property
    def title(self) -> str:
        """Return the server's name for people."""
        return self.kind.title

    @property
    def url(self) -> str:
        """Return the URL that the application gets."""
        return f"http://{LOOPBACK}:{self.port}"

    def prepare(self) -> Command:
        """Make the folder for objects and return the server's command."""
        folder = private_folder(self.folder).absolute()
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            **self.kind.environment(self.credentials),
        }
        return Command(
            name=self.name,
            argv=(str(self.program), *self.kind.arguments(f"{LOOPBACK}:{self.port}", folder)),
            environment=environment,
            folder=folder,
            log=self.log,
        )

    def check(self) -> None:
        """Return when the server answers HTTP as it should."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=2)
        try:
            connection.request("GET", self.kind.health)
            status = connection.getresponse().status
        except http.client.HTTPException as error:
            raise NotReadyError(str(error)) from error
        finally:
            connection.close()
        if status not in self.kind.healthy:
            answered = f"answered {status}"
            raise NotReadyError(answered)

    def settle(self) -> None:
        """Do nothing: the bucket is made by the application, which knows what it needs."""
