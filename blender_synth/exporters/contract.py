"""What a dataset format must offer, as Protocols.

A format is a module `exporters/<kind>.py`, of this package or of a plug-in folder, with a class `Settings` and a
function `write`. Nothing else has to know it. `common` has what most formats need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.raw_frame import RawFrame


@dataclass(frozen=True)
class SourceFrame:
    """A raw frame and the run folder it is from."""

    run: Path
    frame: RawFrame


class ExporterSettings(Protocol):
    """The settings of a format: a class made with `values.plain`, validated from the config group `exporter`."""

    @property
    def kind(self) -> str:
        """Name of the module."""


@runtime_checkable
class Exporter(Protocol):
    """A module that writes one dataset format."""

    @property
    def Settings(self) -> type[ExporterSettings]:
        """The class of its settings."""

    def write(
        self, frames: Sequence[SourceFrame], folder: Path, settings: ExporterSettings, develop: DevelopSettings
    ) -> str:
        """Write the frames as one dataset into an empty folder, which is renamed once this returns.

        Args:
            settings: an instance of the module's own `Settings`. develop: how pictures are made from radiance.

        Returns:
            A summary of what was written, such as ``"12 pictures, 40 pedestrians"``.

        Raises:
            FrameError: a frame is damaged.
        """
