"""Runs and frames for use from Python: pictures in any air, labels, instances."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np

from blender_synth.annotate.instances import Instance, annotate
from blender_synth.annotate.overlay import draw_overlay
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.api.pictures import Picture
from blender_synth.categories import PEDESTRIAN
from blender_synth.develop.of_run import config_of, develop_settings_of
from blender_synth.develop.picture import Shot, shots, visibilities
from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.meta import FrameMeta
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import FAILURES, find_runs, frames_of, read_lines, read_run_state
from blender_synth.frames.table import Row, frame_row, person_rows
from blender_synth.validation import validate


class Frame:
    """One rendered frame. Its files are read when they are first needed, and kept as long as the object.

    Attributes:
        raw: the frame on disk. develop: settings that its pictures are made with, unless a call gives others.
    """

    def __init__(self, raw: RawFrame, develop: DevelopSettings | None = None):
        self.raw = raw
        self.develop = develop or DevelopSettings()

    def __repr__(self) -> str:
        return f"Frame({str(self.raw.folder)!r})"

    @property
    def path(self) -> Path:
        """The frame's folder."""
        return self.raw.folder

    @property
    def index(self) -> int:
        """Its number in the run."""
        return self.raw.meta.frame_index

    @property
    def meta(self) -> FrameMeta:
        """Camera, air, weather, instance table, licences and the whole scene."""
        return self.raw.meta

    @property
    def labels(self) -> dict[str, np.ndarray]:
        """Label layers by name, (H, W) each (see .docs/raw-frame.md)."""
        return self.raw.labels

    @property
    def radiance(self) -> np.ndarray:
        """(H, W, 3) float32, linear, R G B, in clear air."""
        return self.raw.radiance

    @cached_property
    def row(self) -> Row:
        """The frame's row in the table of pictures (see .docs/tables.md), as far as it does not depend on an export."""
        return frame_row(self.meta)

    @cached_property
    def people(self) -> dict[int, Row]:
        """Rows of the table of people, by instance id, of everybody in the scene, seen or not."""
        return person_rows(self.meta)

    def shot(self, mor_m: float | None = None, **develop: object) -> Shot:
        """The picture with its exposure, linear values and luminance.

        Args:
            mor_m: visibility (meteorological optical range) in metres; None for that of the frame's weather.
            develop: keys of `develop`, such as ``iso=[400, 400]`` or ``exposure_ev=1`` (see develop/settings.py).

        Raises:
            ConfigError: a wrong key or value.
            FrameError: a file is missing or damaged, or the air was rendered and cannot be changed.
        """
        return next(shots(self.raw, self._settings(mor_m, develop)))

    def picture(self, mor_m: float | None = None, **develop: object) -> np.ndarray:
        """The picture, (H, W, 3) uint8 sRGB, R G B. Arguments and errors as for `shot`."""
        return self.shot(mor_m, **develop).picture

    def instances(
        self,
        mor_m: float | None = None,
        *,
        reflected: Sequence[str] | Literal["all"] = (PEDESTRIAN,),
        glass: Literal["radiance", "reflected", "transmitted", "both"] = "radiance",
        min_mix: float = 0.05,
    ) -> list[Instance]:
        """Everything that is seen: objects and people by id, then reflections.

        Args:
            mor_m: visibility that transmittances are for; None for that of the frame's weather.
            reflected: categories whose reflections are instances. glass, min_mix: see `annotate.ownership.GlassPolicy`.

        Raises:
            ConfigError: a wrong value.
            FrameError: a file is missing or damaged, or the air was rendered and cannot be changed.
        """
        policy = validate(GlassPolicy, {"glass": glass, "min_mix": min_mix}, "instances")
        [air_m, *_] = visibilities(self.raw, self._settings(mor_m, {}))
        return annotate(self.raw, air_m, policy, reflected)

    def overlay(self, mor_m: float | None = None, **develop: object) -> np.ndarray:
        """The picture with people green, reflections magenta and mirrors outlined in blue, (H, W, 3) uint8, R G B."""
        picture = self.picture(mor_m, **develop)
        return np.ascontiguousarray(draw_overlay(picture[..., ::-1], self.instances(mor_m))[..., ::-1])

    def _repr_png_(self) -> bytes:
        """What a notebook shows for a frame."""
        return Picture(self.overlay()).png()

    def _settings(self, mor_m: float | None, develop: dict[str, object]) -> DevelopSettings:
        given = dict(develop) if mor_m is None else {**develop, "mor_m": mor_m}
        if not given:
            return self.develop
        checked = validate(DevelopSettings, given, "develop")
        return replace(self.develop, **{name: getattr(checked, name) for name in given})


@dataclass(frozen=True)
class Run(Sequence[Frame]):
    """A run folder: a sequence of its complete frames in the order of their indices.

    Frames are read anew each time, so that going through a run keeps one frame in memory.
    """

    path: Path

    @cached_property
    def _folders(self) -> tuple[Path, ...]:
        return tuple(frame.folder for frame in frames_of(self.path))

    @cached_property
    def config(self) -> dict[str, Any]:
        """The config that it was rendered with; empty where the run has none that can be read."""
        return config_of(self.path)

    @cached_property
    def develop(self) -> DevelopSettings:
        """The settings of its config that pictures are made with; the defaults where they are not valid here."""
        return develop_settings_of(self.path)

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Frames that failed and have not been rendered since, and items of packs that are left out."""
        return [line for line in read_lines(self.path / FAILURES) if not line.get("resolved")]

    def __len__(self) -> int:
        return len(self._folders)

    @overload
    def __getitem__(self, position: int) -> Frame: ...
    @overload
    def __getitem__(self, position: slice) -> list[Frame]: ...
    def __getitem__(self, position: int | slice) -> Frame | list[Frame]:
        if isinstance(position, slice):
            return [self._frame(folder) for folder in self._folders[position]]
        return self._frame(self._folders[position])

    def __iter__(self) -> Iterator[Frame]:
        return (self._frame(folder) for folder in self._folders)

    def _frame(self, folder: Path) -> Frame:
        return Frame(RawFrame(folder), self.develop)


def open_run(path: str | Path) -> Run:
    """Open a run folder for reading.

    Args:
        path: the `output` of a render.

    Raises:
        RunError: it is no run folder, is damaged or of another version.
    """
    folder = Path(path).expanduser()
    read_run_state(folder)
    return Run(folder)


def frames(*paths: str | Path) -> Iterator[Frame]:
    """The frames of run folders, one after the other.

    Args:
        paths: run folders, folders that contain some, or glob patterns, such as ``"out/*"``.

    Raises:
        RunError: a path leads to no run folder.
    """
    runs = [open_run(path) for path in find_runs(os.fspath(path) for path in paths)]
    return (frame for run in runs for frame in run)
