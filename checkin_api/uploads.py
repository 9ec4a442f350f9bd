"""What arrives in parts: into memory only, capped and hashed while it fills."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from flask import Request, request
from gunicorn.http.errors import ParseException
from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, MultiPartParser

from checkin_api.refusals import RefusedError, at
from mobile_contract.checkins import LARGEST_REQUEST
from mobile_contract.codes import ProblemCode
from verifier.photos import PhotoLimits, PhotoRefused, check

READ_SIZE = 64 * 1024
MOST_PARTS = 20
MOST_TEXT = 1024 * 1024
MULTIPART = "multipart/form-data"
BYTES_KEPT = ("utf-8", "surrogateescape")  # PEP 383: any bytes, there and back

Texts = MultiDict[str, str]
Files = MultiDict[str, FileStorage]


class _ByteParser(MultiPartParser):
    """Parts byte for byte: in this charset every byte is a character and comes out as it went in.

    werkzeug decodes a part without a filename, replacing what it cannot: the receipt would then
    state the hash of something that nobody sent.
    """

    ONE_TO_ONE = "iso-8859-1"

    def get_part_charset(self, headers: Headers) -> str:  # noqa: ARG002 - werkzeug's signature
        """Give the charset."""
        return self.ONE_TO_ONE


class _FormParser(FormDataParser):
    """Reads a body once, for pages and phones: what is not UTF-8 in a text keeps its bytes."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], Texts, Files]:
        """Read a form; what is no multipart at all has nothing in it that could be named."""
        boundary = (options or {}).get("boundary", "")
        if mimetype != MULTIPART or not boundary:
            return super().parse(stream, mimetype, content_length, options)
        parser = _ByteParser(
            self.stream_factory, self.max_form_memory_size, max_form_parts=self.max_form_parts
        )
        try:
            form, files = parser.parse(stream, boundary.encode("ascii"), content_length)
        except ValueError:
            return stream, self.cls(), self.cls()
        texts = [
            (name, text.encode(parser.ONE_TO_ONE).decode(*BYTES_KEPT))
            for name, text in form.items(multi=True)
        ]
        return stream, self.cls(texts), self.cls(files)


class MemoryRequest(Request):
    """A request whose files never touch the disk.

    werkzeug's default spools large parts to a temporary file: photos in clear on a disk.
    """

    form_data_parser_class = _FormParser
    max_content_length = LARGEST_REQUEST
    max_form_memory_size = MOST_TEXT
    max_form_parts = MOST_PARTS

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - werkzeug's signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()


@dataclass(frozen=True)
class Part:
    """One part of a multipart body."""

    name: str
    data: bytes
    sha256: str


def received_parts() -> dict[str, Part]:
    """Read every part of the request; raises RefusedError for repeated parts and other types."""
    if request.mimetype != MULTIPART:
        raise RefusedError(ProblemCode.UNSUPPORTED_TYPE, at("", "not_multipart"))
    arrived = _arrived()
    repeated = {name for name, _ in arrived if [n for n, _ in arrived].count(name) > 1}
    if repeated:
        raise RefusedError(ProblemCode.REPEATED_PART, at("", "repeated_part"))
    return {name: _part(name, data) for name, data in arrived}


def received_files(name: str) -> list[Part]:
    """Read the files that a page's form sends under one name; a field left empty is none."""
    if request.mimetype != MULTIPART:
        raise RefusedError(ProblemCode.UNSUPPORTED_TYPE, at("", "not_multipart"))
    return [_part(name, data) for part, data in _arrived() if part == name and data]


def _part(name: str, data: bytes) -> Part:
    return Part(name, data, hashlib.sha256(data).hexdigest())


def _arrived() -> list[tuple[str, bytes]]:
    try:
        texts, files = request.form.items(multi=True), request.files.items(multi=True)
    except RequestEntityTooLarge:
        raise RefusedError(ProblemCode.TOO_LARGE) from None
    # A part without a name is one that nobody asked for, like any other unknown one.
    arrived = [(name or "", text.encode(*BYTES_KEPT)) for name, text in texts]
    return arrived + [(name or "", file.stream.read()) for name, file in files]


def require_photo(part: Part, limits: PhotoLimits) -> None:
    """Raise RefusedError unless a part is a whole JPEG within the limits."""
    try:
        check(part.data, limits)
    except PhotoRefused as fault:
        raise RefusedError(fault.code, at(part.name, str(fault.code))) from None


def whole_body(most: int) -> bytes:
    """Read a body that is one file; raises RefusedError when it is longer than `most` bytes."""
    if (request.content_length or 0) > most:
        raise RefusedError(ProblemCode.TOO_LARGE)
    request.max_content_length = most
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise RefusedError(ProblemCode.TOO_LARGE) from None


def whole_part(name: str, most: int) -> Part:
    """Read a body that is one file as a part of that name; raises what `whole_body` raises."""
    data = whole_body(most)
    return Part(name, data, hashlib.sha256(data).hexdigest())


def discard_rest() -> None:
    """Read and drop what is left of the body, up to the cap.

    Answered earlier, a phone that is still sending sees a broken pipe and never the reason.
    """
    source: Any = request.environ.get("wsgi.input")
    dropped = 0
    while source is not None and dropped <= LARGEST_REQUEST:
        try:
            chunk = source.read(READ_SIZE)
        except (ParseException, OSError):  # broken off, or not framed as HTTP has it
            return
        if not chunk:
            return
        dropped += len(chunk)
