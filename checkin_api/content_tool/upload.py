"""One upload: offer, send what is missing, publish. Broken off anywhere, it can be made again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checkin_api.content_tool.media_files import MediaFile
from checkin_api.content_tool.module_folder import ModuleFolder
from checkin_api.content_tool.server import ContentServer
from mobile_contract.content import VersionPublished

CHUNK = 64 * 1024

Advance = Callable[[str, int], None]
"""Called with a file's path and how many of its bytes were sent just now."""


@dataclass(frozen=True)
class Uploaded:
    """What an upload came to."""

    published: VersionPublished
    sent: tuple[MediaFile, ...]
    held: tuple[MediaFile, ...]


def upload(
    server: ContentServer, module: ModuleFolder, begin: Callable[[int], Advance]
) -> Uploaded:
    """Bring a version to the phones; `begin` is told how many bytes will be sent."""
    offered = server.offer(module.manifest)
    missing = tuple(_once(module.files, set(offered.missing)))
    held = tuple(file for file in module.files if file not in missing)
    advance = begin(sum(file.offered.length for file in missing))
    for file in missing:
        server.send_file(file.offered.sha256, file.offered.length, _chunks(file, advance))
    return Uploaded(server.publish(offered.version_id), missing, held)


def _once(files: tuple[MediaFile, ...], hashes: set[str]) -> Iterator[MediaFile]:
    for file in files:
        if file.offered.sha256 in hashes:
            hashes.discard(file.offered.sha256)
            yield file


def _chunks(file: MediaFile, advance: Advance) -> Iterator[bytes]:
    with file.here.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk
            advance(file.offered.path, len(chunk))
