"""Progress of a task on standard error: a bar on a terminal, now and then a plain line in a log."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import NoReturn, TypeVar

from tqdm import tqdm

T = TypeVar("T")
_FIRST_S, _LONGEST_S = 10.0, 60.0
"""Seconds between two plain lines, at the beginning and later."""


def on_terminal() -> bool:
    """Whether standard error is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def print_line(text: str) -> None:
    """Print a line on standard error, above a bar if there is one."""
    tqdm.write(text, file=sys.stderr)


def duration(seconds: float) -> str:
    """A length of time with two units at most: ``"4.2 s"``, ``"45 s"``, ``"3 h 20 min"``."""
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    for size, unit, smaller, smaller_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {smaller_unit}" if rest else "")
    if whole < 60:
        return f"{whole} s"
    rest = whole % 60 if whole < 600 else 0
    return f"{whole // 60} min" + (f" {rest} s" if rest else "")


class Progress:
    """Counts the finished parts of a task; a context manager, usable from several threads.

    A task that is over within 10 s leaves nothing in a log.

    Args:
        total: number of parts; None if it is not known yet. title: what is done. unit: of the parts, in the singular.
        initial: parts that were there before.
    """

    def __init__(self, total: int | None, title: str, unit: str, initial: int = 0):
        self.total, self.title, self.unit, self.initial = total, title, unit, initial
        self.done = initial
        self.note = ""
        self._lock = threading.RLock()
        self._start = self._last_line = time.monotonic()
        self._shown = initial
        self._printed = False
        self._bar: tqdm[NoReturn] | None = None
        if on_terminal():
            self._bar = tqdm(
                total=total, initial=initial, desc=title, unit=unit, file=sys.stderr, dynamic_ncols=True, leave=True
            )

    def update(self, count: int = 1) -> None:
        """So many parts more are done."""
        with self._lock:
            self.done += count
            if self._bar is not None:
                self._bar.set_postfix_str(self.note or self.rates(), refresh=False)
                self._bar.update(count)
            else:
                self.tick()

    def show(self, done: int, total: int | None) -> None:
        """So many parts are done, of so many."""
        with self._lock:
            if self._bar is not None:
                self._bar.total = total
            self.total = total
            self.update(done - self.done)

    def describe(self, title: str) -> None:
        """Change what the bar is headed with; lines in a log keep their title."""
        if self._bar is not None:
            self._bar.set_description(title)

    def tick(self, force: bool = False) -> None:
        """Print a line if it is time for one and something was done since the last."""
        with self._lock:
            if self._bar is not None:
                self._bar.set_postfix_str(self.note or self.rates())
                return
            now = time.monotonic()
            wait_s = min(max(_FIRST_S, (now - self._start) / 10), _LONGEST_S)
            if self.done > self._shown and (force or now - self._last_line >= wait_s):
                self._print_line(now)

    def _print_line(self, now: float) -> None:
        self._last_line, self._shown, self._printed = now, self.done, True
        print(f"{self.title}: {self.line()}", file=sys.stderr, flush=True)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def line(self) -> str:
        """What a line in a log says: parts done, seconds of each, time left."""
        of = "" if self.total is None else f" of {self.total}"
        words = [f"{self.done}{of} {self.unit}s"]
        made, elapsed = self.done - self.initial, self.elapsed_s
        if made and elapsed:
            words.append(f"{elapsed / made:.3g} s/{self.unit}")
            if self.total and self.done < self.total:
                words.append(f"{duration(elapsed / made * (self.total - self.done))} left")
        if extra := self.rates() or self.note:
            words.append(extra)
        return ", ".join(words)

    def rates(self) -> str:
        """What else there is to say about the parts so far."""
        return ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish the bar, or print the last line."""
        with self._lock:
            if self._bar is not None:
                self._bar.close()
            elif self._printed and self.done > self._shown:
                self._print_line(time.monotonic())


def each(parts: Iterable[T], title: str, unit: str, total: int | None = None) -> Iterator[T]:
    """The parts one after the other, with progress.

    Args:
        parts: with a length, unless `total` is given. title, unit: see `Progress`.
    """
    length = getattr(parts, "__len__", None)
    with Progress(total if total is not None or length is None else length(), title, unit) as progress:
        for part in parts:
            yield part
            progress.update()
