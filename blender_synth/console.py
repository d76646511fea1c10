"""What the command line needs of the system: streams that never fail it, and signals that end it in order.

Imports nothing slow, so that it is in place before anything else can be interrupted.
"""

from __future__ import annotations

import errno
import io
import os
import select
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

STOPPED_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_IMPATIENT = 3
"""That many signals end the process at once."""


class Stopped(KeyboardInterrupt):
    """A signal asks the program to end; `exit_status` is what a shell expects then."""

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.exit_status = 128 + number


def exit_status_of(stopped: KeyboardInterrupt) -> int:
    """128 + the number of the signal."""
    return stopped.exit_status if isinstance(stopped, Stopped) else 128 + signal.SIGINT


def stop_on_signals() -> None:
    """Have SIGINT, SIGTERM and SIGHUP raise `Stopped` in the main thread, once; ignored ones (nohup) stay ignored."""
    received = 0

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal received
        received += 1
        if received >= _IMPATIENT:
            os._exit(128 + number)
        if received == 1:
            raise Stopped(number)

    for number in STOPPED_BY:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)


class _Output(io.FileIO):
    """A file descriptor to write to. After a write failed, everything is dropped, and `failure` says why."""

    failure: OSError | None = None

    def write(self, data: Buffer) -> int:
        """Write all of `data`, waiting for a full pipe that does not block."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        while rest and self.failure is None:
            try:
                written = super().write(rest)
                if written is None:
                    select.select([], [self], [])
                else:
                    rest = rest[written:]
            except OSError as error:
                self.failure = error
        return size


_outputs: dict[str, _Output] = {}


def protect_streams() -> None:
    """Replace standard output and error by streams whose failures end no work, and open those that are closed.

    A descriptor 1 that is closed would be given to the next file opened, which then gets what is printed. Letters that
    the encoding lacks are written as escapes, here and in child processes.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
            os.set_inheritable(opened, True)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream: TextIO | None = getattr(sys, name)
        encoding = getattr(stream, "encoding", None) or "utf-8"
        raw = _outputs[name] = _Output(descriptor, "w", closefd=False)
        lines = name == "stderr" or os.isatty(descriptor)
        replaced = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=lines,
            write_through=name == "stderr",
        )  # fmt: skip
        setattr(sys, name, replaced)
        os.environ["PYTHONIOENCODING"] = f"{encoding}:backslashreplace"


def output_failure() -> OSError | None:
    """Why standard output could not be written, if so; call it last."""
    sys.stdout.flush()
    return _outputs["stdout"].failure if "stdout" in _outputs else None


def is_closed_pipe(failure: OSError) -> bool:
    """Whether nobody reads any more, as after `| head`."""
    return failure.errno == errno.EPIPE
