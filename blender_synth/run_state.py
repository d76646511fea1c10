"""What a run reports of itself: progress while it renders, and the section `render` of its run.json."""

from __future__ import annotations

import os
import resource
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol

import cv2
import numpy as np

from blender_synth import frame_numbers
from blender_synth.cache import write_atomically
from blender_synth.develop.picture import shots
from blender_synth.errors import BlenderSynthError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import FIRST_PICTURE, RunFolder
from blender_synth.progress import Progress, print_line
from blender_synth.settings import RunSettings

SECTION = "render"
STAGES = ("build", "labels", "picture", "files", "wait")
"""Of the time of the workers: building scenes, label passes, pictures, what writing takes in addition, and all the
rest: starting Blender, sampling, waiting for the disk or for each other."""
HEARTBEAT_S = 30.0
"""A running process writes run.json at least as often."""


class RenderingWorker(Protocol):
    """A worker whose time is reported (a `workers.Worker`)."""

    @property
    def device(self) -> str: ...
    @property
    def memory_mb(self) -> int: ...
    @property
    def spent(self) -> dict[str, float]: ...


class RunProgress(Progress):
    """Progress of rendering the missing frames of a run; keeps run.json up to date.

    Args:
        folder: opened. settings: of the run. missing: number of frames to render. workers: that render them.
    """

    def __init__(self, folder: RunFolder, settings: RunSettings, missing: int, workers: Sequence[RenderingWorker]):
        self._folder, self._workers, self._develop = folder, workers, settings.develop
        self._indices = settings.frames
        self._failed = 0
        self._started = _now()
        self._saved_at = 0.0
        self._announced, self._start_s = False, 0.0
        self._has_picture = (folder.path / FIRST_PICTURE).exists()
        total = len(self._indices)
        super().__init__(total, folder.path.name or "run", "frame", initial=total - missing)
        self.describe("starting Blender")
        self._save("running")

    def finished(self, index: int, rendered: bool) -> None:
        """A frame was rendered, or failed."""
        with self._lock:
            first = self.done == self.initial
            self._failed += not rendered
            self.update()
            self.tick(force=first)
            if rendered and not self._has_picture:
                self._has_picture = True
                self._show_first(index)

    def _show_first(self, index: int) -> None:
        """Write the first picture of the run, and print where it is. A fault of it does not stop the run."""
        file = self._folder.path / FIRST_PICTURE
        try:
            picture = next(shots(RawFrame(self._folder.frame_path(index)), self._develop)).picture
            written, data = cv2.imencode(".jpg", np.ascontiguousarray(picture[..., ::-1]))
            if written:
                write_atomically(file, data.tobytes())
                print_line(f"first picture (frame {index}): {file}")
        except (BlenderSynthError, OSError):
            pass  # what is wrong with the frame or the disk is reported where it matters

    def tick(self, force: bool = False) -> None:
        """Print a line if it is time for one; write run.json if the last time is long ago."""
        with self._lock:
            if not self._announced and (device := next((w.device for w in self._workers if w.device), "")):
                self._announced, self._start_s = True, self.elapsed_s
                self.describe(device)
                if self._bar is None:
                    print_line(f"{self.title}: rendering on {device}, {len(self._workers)} worker(s)")
            super().tick(force)
            if time.monotonic() - self._saved_at >= min(HEARTBEAT_S, max(2.0, self.elapsed_s / 10)):
                with suppress(OSError):
                    self._save("running")

    def rates(self) -> str:
        """Shares of the workers' time by stage."""
        seconds = self.seconds()
        total = sum(seconds.values())
        if total <= 0 or self.done == self.initial:
            return ""
        shown = {stage: seconds[stage] / total for stage in STAGES}
        return ", ".join(f"{stage} {share:.0%}" for stage, share in shown.items() if share >= 0.005)

    def seconds(self) -> dict[str, float]:
        """Seconds of all workers by stage."""
        spent = {stage: sum(worker.spent.get(stage, 0.0) for worker in self._workers) for stage in STAGES}
        spent["wait"] = max(0.0, self.elapsed_s * len(self._workers) - sum(spent.values()))
        return spent

    def __enter__(self) -> RunProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        state, reason = "finished", ""
        if isinstance(error, KeyboardInterrupt):
            state = "stopped"
        elif error is not None:
            state, reason = "failed", error.problem if isinstance(error, BlenderSynthError) else str(error)
        with suppress(OSError):
            self._save(state, reason)

    def _save(self, state: str, reason: str = "") -> None:
        """Write the section of run.json."""
        made, elapsed = self.done - self.initial - self._failed, self.elapsed_s
        self._saved_at = time.monotonic()
        section: dict[str, Any] = {
            "state": state,
            **({"reason": reason[:500]} if reason else {}),
            "frames": frame_numbers.to_plain(self._indices),
            "started": self._started,
            "updated": _now(),
            "elapsed_s": round(elapsed, 1),
            "start_s": round(self._start_s, 2),
            "rendered": made,
            "failed": self._failed,
            "seconds_per_frame": round(elapsed / made, 3) if made else None,
            "frames_per_hour": round(3600 * made / elapsed, 1) if made and elapsed else None,
            "device": next((worker.device for worker in self._workers if worker.device), ""),
            "workers": len(self._workers),
            "worker_seconds": {stage: round(value, 2) for stage, value in self.seconds().items()},
            "memory_mb": {
                "worker": max((worker.memory_mb for worker in self._workers), default=0),
                "parent": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            },
            "host": socket.gethostname(),
            "process": os.getpid(),
        }
        self._folder.update_state({SECTION: section})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
