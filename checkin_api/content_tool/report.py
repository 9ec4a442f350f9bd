"""What the tool says: sentences for mistakes, a bar while it sends, what became of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from checkin_api.content_tool.faults import Fault
from checkin_api.content_tool.media_files import MediaFile
from checkin_api.content_tool.module_folder import ModuleFolder
from checkin_api.content_tool.upload import Advance, Uploaded
from mobile_contract.messages import Language, catalogue, message
from mobile_contract.problems import Problem


class Report:
    """One run's words, in one language."""

    def __init__(self, language: Language, out: Console, err: Console) -> None:
        self._language = language
        self._out = out
        self._err = err

    def faults(self, faults: Sequence[Fault]) -> None:
        """Say what has to be put right, one sentence a line."""
        for fault in faults:
            where = self._text(
                "at_line" if fault.line else "at_file", file=fault.file, line=fault.line
            )
            self._err.print(f"{where}{message(fault.mistake, self._language, **fault.facts)}")
        self._err.print(self._text("not_sent"))

    def problem(self, problem: Problem) -> None:
        """Say why the server refused."""
        zh = self._language is Language.ZH
        self._err.print(problem.text_zh if zh else problem.text_en)
        for error in problem.errors:
            known = f"content.reason.{error.reason}"
            reason = (
                self._text(known.removeprefix("content.")) if self._knows(known) else error.reason
            )
            self._err.print(f"{error.pointer or '/'}: {reason}")

    def trouble(self, code: str, **facts: object) -> None:
        """Say what came between."""
        self._err.print(self._text(code, **facts))

    def question(self, code: str) -> str:
        """Give the words that ask a person for something."""
        return self._text(code)

    def checked(self, module: ModuleFolder) -> None:
        """Say what a folder holds."""
        manifest = module.manifest
        theme = message(f"theme.{manifest.theme}", self._language)
        facts = {"module": manifest.module, "theme": theme, "questions": len(manifest.quiz)}
        self._out.print(self._text("checked", **facts, files=self._sum(module.files)))

    def uploaded(self, module: ModuleFolder, done: Uploaded) -> None:
        """Say what was sent, what was there already, and what phones see now."""
        for file in done.sent:
            size = decimal(file.offered.length)
            self._out.print(self._text("sent_file", path=file.offered.path, size=size))
        self._out.print(self._text("sent", files=self._sum(done.sent)))
        self._out.print(self._text("held", files=self._sum(done.held)))
        number = done.published.number
        self._out.print(self._text("published", module=module.manifest.module, number=number))

    @contextmanager
    def bar(self) -> Iterator["Bar"]:
        """Show a bar while files are sent."""
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with Progress(*columns, TransferSpeedColumn(), console=self._err) as progress:
            yield Bar(progress)

    def _sum(self, files: Sequence[MediaFile]) -> str:
        size = decimal(sum(file.offered.length for file in files))
        return self._text("files", count=len(files), size=size)

    def _text(self, code: str, **facts: object) -> str:
        return message(f"content.{code}", self._language, **facts)

    def _knows(self, code: str) -> bool:
        return code in catalogue(self._language)


class Bar:
    """A bar that appears when there is something to send."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, total: int) -> Advance:
        """Start at nothing of so many bytes."""
        if not total:
            return lambda _path, _sent: None
        task = self._progress.add_task("", total=total)
        return lambda path, sent: self._progress.update(task, description=path, advance=sent)
