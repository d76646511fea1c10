"""A training that can be stopped at any time and goes on from its last checkpoint, with the same result."""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from blender_synth.errors import RunError
from blender_synth.learn.checkpoint import load_checkpoint, save_checkpoint
from blender_synth.learn.curves import CURVE, Curve
from blender_synth.learn.seeding import generator_state, restore_generators

CHECKPOINT = "checkpoint.pt"


class HasState(Protocol):
    """A module, optimiser, scheduler or `MovingAverage`."""

    def state_dict(self) -> Any:
        """For a checkpoint."""
        ...

    def load_state_dict(self, state: Any) -> Any:
        """From a checkpoint."""
        ...


@dataclass
class Training:
    """Runs steps, reports curves and keeps checkpoints in a folder.

    Attributes:
        folder: holds `checkpoint.pt` and `curve.csv`.
        parts: what a checkpoint keeps, by name: modules, optimisers, averages.
        settings: plain values that decide the result; a checkpoint with others is refused.
        columns: names of the values that a step reports.
        step: steps done. seconds: spent on them, over all starts.
    """

    folder: Path
    parts: Mapping[str, HasState]
    settings: Mapping[str, Any]
    columns: tuple[str, ...] = ("loss",)
    save_every_s: float = 60.0
    report_every: int = 20
    step: int = 0
    seconds: float = 0.0
    _sums: dict[str, float] = field(default_factory=dict)

    @property
    def checkpoint(self) -> Path:
        """The file of the checkpoint."""
        return self.folder / CHECKPOINT

    def resume(self) -> int:
        """Take up the checkpoint, if there is one; returns the number of steps done.

        Raises:
            RunError: it is damaged, or of other settings.
        """
        if not self.checkpoint.is_file():
            return 0
        state = load_checkpoint(self.checkpoint)
        if state.get("settings") != dict(self.settings):
            theirs = state.get("settings") or {}
            names = sorted(n for n in {*theirs, *self.settings} if theirs.get(n) != self.settings.get(n))
            raise RunError(
                f"the checkpoint is of a training with other settings ({', '.join(names)})",
                file=self.checkpoint,
                hint="use another output folder, or delete the checkpoint to train anew",
            )
        try:
            for name, part in self.parts.items():
                part.load_state_dict(state["parts"][name])
            restore_generators(state["generators"])
            self.step, self.seconds = int(state["step"]), float(state["seconds"])
        except (KeyError, RuntimeError, ValueError, TypeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise RunError(
                f"the checkpoint does not fit ({reason})", file=self.checkpoint, hint="delete it to train anew"
            ) from None
        return self.step

    def save(self) -> None:
        """Write the checkpoint."""
        save_checkpoint(
            self.checkpoint,
            {
                "settings": dict(self.settings),
                "parts": {name: part.state_dict() for name, part in self.parts.items()},
                "generators": generator_state(),
                "step": self.step,
                "seconds": self.seconds,
            },
        )

    def run(self, steps: int, do_step: Callable[[int], Mapping[str, float]], title: str = "training") -> None:
        """Train up to `steps` steps in all. A training that is killed has lost what it did since the last checkpoint.

        Args:
            do_step: does the step with this number, from 0, and returns values of `columns`, whose means are reported.
                What it draws must depend on that number alone, or on torch's global generators.

        Raises:
            RunError: a value is not finite; the last checkpoint stays. Or another process trains in this folder.
        """
        if self.step < steps:
            with self._locked():
                self._run(steps, do_step, title)

    def _run(self, steps: int, do_step: Callable[[int], Mapping[str, float]], title: str) -> None:
        curve = Curve(self.folder / CURVE, (*self.columns, "seconds"), self.step)
        started, before, saved, count = time.monotonic(), self.seconds, time.monotonic(), 0
        with tqdm(total=steps, initial=self.step, desc=title, unit="step", file=sys.stderr, mininterval=2) as bar:
            while self.step < steps:
                values = do_step(self.step)
                if not all(math.isfinite(value) for value in values.values()):
                    raise RunError(
                        f"the training diverged at step {self.step}: {dict(values)}",
                        file=self.folder,
                        hint="lower the learning rate",
                    )
                self.step, count = self.step + 1, count + 1
                for name, value in values.items():
                    self._sums[name] = self._sums.get(name, 0.0) + value
                bar.update()
                self.seconds = before + time.monotonic() - started
                if self.step % self.report_every == 0 or self.step == steps:
                    means = {name: total / count for name, total in self._sums.items()}
                    curve.add(self.step - 1, {**means, "seconds": self.seconds})
                    bar.set_postfix_str(" ".join(f"{name} {value:.3g}" for name, value in means.items()))
                    self._sums, count = {}, 0
                if time.monotonic() - saved > self.save_every_s and self.step < steps:
                    self.save()
                    saved = time.monotonic()
        self.save()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with contextlib.suppress(OSError):  # a file system without locks
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise RunError(
                        "another process is training in this folder",
                        file=self.folder,
                        hint="wait for it, or use another output folder",
                    ) from None
            yield
        finally:
            os.close(descriptor)
