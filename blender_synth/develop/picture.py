"""From linear radiance to a camera's picture: air, lens, exposure, sensor, tone curve, sRGB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from blender_synth.develop import lens, metering, sensor
from blender_synth.develop.air import Air, luminance_of
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import FrameError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.optics.radiometry import LUMENS_PER_WATT, WATTS_PER_UNIT
from blender_synth.seeds import rng_for


@dataclass(frozen=True)
class Shot:
    """One picture of a frame.

    Attributes:
        mor_m: optical range of its air; None for perfectly clear air.
        picture: (H, W, 3) uint8 sRGB, R G B. exposed: (H, W, 3) float32 on the sensor's linear scale, diffuse white
            near 1, noise included. luminance: (H, W) float32 of the light that reaches the lens, before lens effects.
        exposure_ev: log2 of the factor from radiance to `exposed`, white balance aside. iso: None without noise.
        jpeg_quality: for the encoder, where the picture becomes a JPEG file.
    """

    mor_m: float | None
    picture: np.ndarray
    exposed: np.ndarray
    luminance: np.ndarray
    iso: float | None
    jpeg_quality: int
    exposure_ev: float = 0.0

    def with_pixels(self, picture: np.ndarray, exposed: np.ndarray) -> Shot:
        """The same shot with other pixels."""
        kept = (self.luminance, self.iso, self.jpeg_quality, self.exposure_ev)
        return Shot(self.mor_m, picture, exposed, *kept)

    def linear16(self) -> np.ndarray:
        """(H, W, 3) uint16, linear: 65535 stands for four times diffuse white, where highlights are lost."""
        return (np.clip(self.exposed / 4.0, 0, 1) * 65535 + 0.5).astype(np.uint16)


def visibilities(frame: RawFrame, settings: DevelopSettings) -> tuple[float | None, ...]:
    """Meteorological optical ranges in metres that the frame is developed at; None for perfectly clear air.

    Frames of indoor scenes keep their clear air whatever the settings ask for.

    Raises:
        FrameError: the frame was rendered or refined with its air, and the settings ask for other visibilities.
    """
    medium = frame.meta.medium
    if settings.mor_m is None or medium.indoors:
        return (medium.mor_m,)
    if frame.meta.refined is not None:
        raise FrameError(
            "the air is part of the frame's refined picture and cannot be changed",
            file=frame.folder, key="develop.mor_m", value=settings.mor_m,
            hint="leave develop.mor_m out, or export the run that was refined",
        )  # fmt: skip
    if in_picture(frame):
        raise FrameError(
            "the air is part of the frame's radiance and cannot be changed",
            file=frame.folder, key="develop.mor_m", value=settings.mor_m,
            hint="leave develop.mor_m out, or render with weather.medium=analytic",
        )  # fmt: skip
    return settings.mor_m


def in_picture(frame: RawFrame) -> bool:
    """Whether the frame's radiance includes its air already (`weather.medium=volume`)."""
    return frame.meta.medium.kind == "volume"


def shots(frame: RawFrame, settings: DevelopSettings) -> Iterator[Shot]:
    """A picture of the frame for each visibility. Lens and sensor are the same in all; their noise is not.

    A refined picture takes the place of the developed one, whatever the settings.
    """
    radiance = frame.radiance
    if not (radiance.min(initial=0) >= 0 and radiance.max(initial=0) < np.inf):  # also for nan
        radiance = np.nan_to_num(radiance, nan=0.0, posinf=65504.0, neginf=0.0).clip(0.0, None)
    radiance = radiance * np.float32(frame.meta.medium.watts_per_unit / WATTS_PER_UNIT)
    air: Air | None = None
    for mor_m in visibilities(frame, settings):
        light = radiance
        if mor_m is not None and not in_picture(frame):
            air = air or Air(frame, radiance)
            light = air.through(mor_m)
        shot = _shot(frame, settings, mor_m, light)
        refined = frame.refined_picture
        yield shot if refined is None else shot.with_pixels(refined, sensor.decoded8(refined))


def _scaled(light: np.ndarray, gains: np.ndarray, corner_ev: float) -> np.ndarray:
    """Light (H, W, 3) times the channels' gains (3,) and the vignetting. Rows are multiplied whole, which is several
    times as fast as one pixel after the other."""
    height, width = light.shape[:2]
    across, down = lens.vignette(height, width, corner_ev)
    by_column = (across[:, None] * gains).astype(np.float32).reshape(1, 3 * width)
    scaled: np.ndarray = light.reshape(height, 3 * width) * by_column
    if corner_ev:
        scaled *= down[:, None]
    return scaled.reshape(height, width, 3)


def develop(frame: RawFrame, settings: DevelopSettings) -> np.ndarray:
    """The frame's (first) picture, (H, W, 3) uint8 sRGB, R G B."""
    return next(shots(frame, settings)).picture


def _shot(frame: RawFrame, settings: DevelopSettings, mor_m: float | None, light: np.ndarray) -> Shot:
    seed = (frame.meta.root_seed, frame.meta.scene_index)
    view = frame.meta.view
    develop = f"develop/view/{view}" if view else "develop"  # names of the random streams

    def sampled(name: str, interval: tuple[float, float]) -> float:
        return float(rng_for(*seed, f"{develop}/{name}").uniform(*interval))

    luminance = luminance_of(light)
    cd_m2 = WATTS_PER_UNIT * LUMENS_PER_WATT
    drops = round(sampled("lens_drops", settings.lens_drops))
    through_lens = lens.with_drops(light, drops, rng_for(*seed, f"{develop}/drops")) if drops else light
    if flakes := round(sampled("lens_flakes", settings.lens_flakes)):
        through_lens = lens.with_flakes(through_lens, flakes, rng_for(*seed, f"{develop}/flakes"))
    ev, highest_iso = sampled("exposure", settings.exposure_ev), None if settings.iso is None else settings.iso[1]
    metered = luminance if through_lens is light else luminance_of(through_lens)
    factor = metering.exposure_factor(
        metered, settings.exposure, ev, cd_m2, highest_iso, indoors=frame.meta.medium.indoors
    )
    gains = sensor.balance_gains(through_lens, settings.white_balance, sampled("warmth", settings.warmth_ev))
    exposed = _scaled(through_lens, factor * gains, sampled("vignetting", settings.vignetting_ev))
    exposed = lens.blurred(exposed, sampled("blur", settings.blur_px))
    iso = None
    if settings.iso is not None:
        iso = sensor.iso_for(float(luminance.mean()) * cd_m2, settings.iso)
        exposed = sensor.with_noise(exposed, iso, rng_for(*seed, f"{develop}/noise/{mor_m}"))
    return Shot(
        mor_m=mor_m,
        picture=sensor.encoded8(exposed, settings.tone_curve),
        exposed=exposed,
        luminance=luminance,
        iso=iso,
        jpeg_quality=round(sampled("jpeg", settings.jpeg_quality)),
        exposure_ev=round(float(np.log2(max(factor, 1e-12))), 3),
    )
