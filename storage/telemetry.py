"""Logs: one JSON object a line, an event and ids; never names, places, pictures or tokens."""

import json
import logging
import sys

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Writes a record as one line: time, level, event and what was given in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record; an exception is its type and the lines of code, not its words."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "where": record.name,
            "event": record.getMessage(),
        }
        line |= {k: str(v) for k, v in record.__dict__.items() if k not in STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = type(record.exc_info[1]).__name__
            line["trace"] = _places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _places(fault: BaseException) -> str:
    # An exception's words may hold values of a row; where it happened never does.
    frames = []
    trace = fault.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " ".join(frames[-12:])


def log_to_stdout(level: int = logging.INFO) -> None:
    """Set a process's logging up; called once at its edge."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
