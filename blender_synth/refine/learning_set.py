"""What a model of `refine` learns from and is measured with: photographs and frames, a part of both held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import RunError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.progress import each
from blender_synth.refine.inputs import FrameInput, frame_input
from blender_synth.refine.photos import PhotoSet, held_out, read_photos
from blender_synth.refine.settings import FitSettings, GenerateSettings

if TYPE_CHECKING:
    from blender_synth.refine.features import Extractor

_FEWEST_FRAMES = 8
"""Frames below which none is held out."""


@dataclass(frozen=True)
class LearningSet:
    """Photographs and frames of one training.

    Attributes:
        photos: all of them. learned_photos, measured_photos: pictures (H, W, 3) uint8 RGB to learn from, and held out.
        learned, measured: frames likewise. shorter_px: shorter side of the smallest frame.
        extractor: for KID and FID, where one is given.
    """

    photos: PhotoSet
    learned_photos: list[np.ndarray]
    measured_photos: list[np.ndarray]
    learned: list[FrameInput]
    measured: list[FrameInput]
    shorter_px: int
    extractor: Extractor | None

    def crop_px(self, wanted_px: int, multiple: int) -> int:
        """Side of crops: as wanted, or the largest multiple that fits into the frames.

        Raises:
            RunError: none of 32 px or more does.
        """
        size = min(wanted_px, self.shorter_px // multiple * multiple)
        if size < 32:
            raise RunError("the frames are too small to learn on", key="runs", value=self.shorter_px,
                           hint="render 64 x 48 pixels or more")  # fmt: skip
        return size


def learning_set(
    settings: FitSettings | GenerateSettings, sources: Sequence[tuple[RawFrame, DevelopSettings]], command: str
) -> LearningSet:
    """Read photographs and frames.

    Args:
        settings: with `photos`. sources: frames. command: for the messages.

    Raises:
        RunError: photographs are missing or too few, or the extractor cannot be used with so few of both.
        FrameError: a frame is damaged.
    """
    assert settings.photos is not None
    photo_px = settings.photo_px or min(sources[0][0].size_px)
    photos = read_photos(settings.photos, photo_px, settings.max_photos, settings.from_video, settings.seed)
    frames = [frame_input(*source) for source in each(sources, "frames", "frame")]
    learned, measured = held_out(len(photos.pictures))
    everything = range(len(frames))
    mine, others = held_out(len(frames)) if len(frames) >= _FEWEST_FRAMES else (everything, everything)
    extractor = None
    if settings.extractor is not None:  # before anything is trained
        from blender_synth.refine.features import Extractor, check_counts

        extractor = Extractor(settings.extractor, command)
        check_counts(photographs=len(measured), frames=len(others))
    return LearningSet(
        photos=photos,
        learned_photos=[photos.pictures[i] for i in learned],
        measured_photos=[photos.pictures[i] for i in measured],
        learned=[frames[i] for i in mine],
        measured=[frames[i] for i in others],
        shorter_px=min(min(frame.picture.shape[:2]) for frame in frames),
        extractor=extractor,
    )
