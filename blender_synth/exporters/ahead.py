"""Pictures of a run that are developed and annotated while it still renders (`blender-synth run`).

A process of low priority makes the records of every finished frame, as the export would, and keeps them compressed in
the scratch folder. The export takes those that hold, and makes the others itself: those of frames whose number in the
dataset changed because others failed, those that did not get their turn, and all of them if the process failed. So the
dataset does not depend on it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np
import zstandard

from blender_synth.cache import scratch_folder
from blender_synth.checksums import FILE as SUMS
from blender_synth.develop.picture import Shot, shots
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters import common
from blender_synth.exporters.common import CommonSettings, ImageRecord, Made, Plan, made_by, use_made
from blender_synth.exporters.contract import ExporterSettings, SourceFrame
from blender_synth.exporters.naming import run_prefixes
from blender_synth.exporters.several import SeveralSettings, shared_selections
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import frames_of

LEAST_FRAMES = 8
"""Runs with fewer frames to render are exported afterwards only: starting the process takes longer."""
_PRIORITY = 10
"""Added to the process's niceness, so that it takes no time from the renders."""


class Ahead:
    """Makes the pictures of a run's frames as they appear; a context manager.

    Args:
        run: its folder, which need not exist yet. settings: of the exporter.
        develop: how pictures are made from radiance.
    """

    def __init__(self, run: Path, settings: ExporterSettings, develop: DevelopSettings):
        self._run, self._settings, self._develop = run, settings, develop
        self._plans: list[Plan] = []
        self._folder = Path()
        self._pool: ProcessPoolExecutor | None = None

    def expect(self, names: Sequence[str], missing: int) -> None:
        """Begin, if it is worth it: with the frames that are there already.

        Args:
            names: of the folders of all frames that the run is to hold. missing: how many are still to be rendered.
        """
        selections = _selections(self._settings)
        if missing < LEAST_FRAMES or not selections:
            return
        there = {frame.folder.name for frame in frames_of(self._run)}
        order = sorted({*names, *there}, key=lambda name: (len(name), name))
        numbers = {(self._run, name): number for number, name in enumerate(order)}
        prefixes = run_prefixes([self._run])
        self._plans = [Plan(selection, self._develop, prefixes, numbers) for selection in selections]
        self._folder = Path(tempfile.mkdtemp(prefix="export-", dir=scratch_folder()))
        context = multiprocessing.get_context("forkserver")
        self._pool = ProcessPoolExecutor(1, context, _start, (self._plans, self._folder))
        for name in sorted(there):
            self.add(name)

    def add(self, name: str) -> None:
        """A frame is there; returns at once. `name`: of its folder."""
        if self._pool is not None:
            with contextlib.suppress(BrokenProcessPool, RuntimeError):
                self._pool.submit(_make, self._run, name)

    def finish(self) -> None:
        """Let the process complete the frame it is at; the export makes the rest itself."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def made(self, plan: Plan, source: SourceFrame) -> Made | None:
        """The records of a frame, if the export would make the same; they are made once and can be taken once."""
        for number, known in enumerate(self._plans):
            if known.of(source) == plan.of(source):
                file = self._folder / _file_name(number, source.frame.folder)
                with contextlib.suppress(OSError, ValueError, EOFError, pickle.UnpicklingError, zstandard.ZstdError):
                    sums, made = pickle.loads(zstandard.decompress(file.read_bytes()))
                    file.unlink()
                    if sums == (source.frame.folder / SUMS).read_bytes():
                        return made
        return None

    def __enter__(self) -> Ahead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            processes = list((pool._processes or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.kill()
        if self._plans:
            shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def taken_from(ahead: Ahead) -> Iterator[None]:
    """Exports inside the block take the pictures that are made already."""
    ahead.finish()
    with use_made(ahead.made):
        yield


def _selections(settings: ExporterSettings) -> list[CommonSettings]:
    """The settings by which an export walks through the frames, one for each time that it does."""
    if isinstance(settings, SeveralSettings):
        return shared_selections(settings)
    return [settings] if isinstance(settings, CommonSettings) else []


class _LaterShot(Shot):
    """A shot whose pixels are developed again when somebody asks for them, which few formats do."""

    def __init__(self, shot: Shot, folder: Path, develop: DevelopSettings, order: int):
        keep = {name: getattr(shot, name) for name in ("mor_m", "iso", "jpeg_quality", "exposure_ev")}
        vars(self).update(keep, _again=(folder, develop, order), _pixels=None)

    def _developed(self) -> Shot:
        if vars(self)["_pixels"] is None:
            folder, develop, order = vars(self)["_again"]
            for number, shot in enumerate(shots(RawFrame(folder), develop)):
                if number == order:
                    vars(self)["_pixels"] = shot
                    break
        return vars(self)["_pixels"]

    @property
    def picture(self) -> np.ndarray:
        return self._developed().picture

    @property
    def exposed(self) -> np.ndarray:
        return self._developed().exposed

    @property
    def luminance(self) -> np.ndarray:
        return self._developed().luminance


_plans: list[Plan] = []
_target = Path()


def _start(plans: list[Plan], folder: Path) -> None:
    global _plans, _target
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    common.start_worker(plans[0])
    os.nice(_PRIORITY)
    _plans, _target = plans, folder


def _make(run: Path, name: str) -> None:
    """Make and keep the records of one frame. A frame that cannot be exported is left to the export to report."""
    folder = run / "frames" / name
    sums = (folder / SUMS).read_bytes()
    for number, plan in enumerate(_plans):
        made: Made = []
        for record, data in made_by(plan, SourceFrame(run, RawFrame(folder))):
            if isinstance(record, ImageRecord):
                later = _LaterShot(record.shot, folder, plan.develop, len(made))
                record = replace(record, shot=later)
            made.append((record, data))
        file = _target / _file_name(number, folder)
        partial = file.with_suffix(".tmp")
        partial.write_bytes(zstandard.compress(pickle.dumps((sums, made), protocol=5), 1))
        os.replace(partial, file)


def _file_name(number: int, folder: Path) -> str:
    return f"{folder.name}-{number}.zst"
