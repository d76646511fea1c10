"""From linear radiance to a camera's picture: air, lens, exposure, sensor, tone curve, sRGB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from blender_synth.develop import lens, sensor
from blender_synth.develop.air import LUMINANCE, Air
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import FrameError
from blender_synth.frames.meta import WATTS_PER_UNIT
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.seeds import rng_for


@dataclass(frozen=True)
class Shot:
    """One picture of a frame.

    Attributes:
        mor_m: optical range of its air; None for perfectly clear air.
        picture: (H, W, 3) uint8 sRGB, R G B. exposed: (H, W, 3) float32 on the sensor's linear scale, diffuse white
            near 1, noise included. luminance: (H, W) float32 of the light that reached the lens, before its faults.
        iso: None without noise. jpeg_quality: None where the exporter decides.
    """

    mor_m: float | None
    picture: np.ndarray
    exposed: np.ndarray
    luminance: np.ndarray
    iso: float | None
    jpeg_quality: int | None

    def linear16(self) -> np.ndarray:
        """(H, W, 3) uint16, linear: 65535 stands for four times diffuse white, where highlights are lost."""
        return (np.clip(self.exposed / 4.0, 0, 1) * 65535 + 0.5).astype(np.uint16)


def visibilities(frame: RawFrame, settings: DevelopSettings) -> tuple[float | None, ...]:
    """Meteorological optical ranges in metres that the frame is developed at; None for perfectly clear air.

    Frames from under a roof keep their own clear air whatever is asked for.

    Raises:
        FrameError: other visibilities are asked for than the one that the frame was rendered in.
    """
    medium = frame.meta.medium
    if settings.mor_m is None or medium.indoors:
        return (medium.mor_m,)
    if in_picture(frame):
        raise FrameError(
            "the frame's air was rendered with it and cannot be taken out again",
            file=frame.folder, key="develop.mor_m", value=settings.mor_m,
            hint="leave develop.mor_m out, or render with weather.medium=analytic",
        )  # fmt: skip
    return settings.mor_m


def in_picture(frame: RawFrame) -> bool:
    """Whether the frame's radiance holds its air already (`weather.medium=volume`)."""
    return frame.meta.medium.kind == "volume"


def shots(frame: RawFrame, settings: DevelopSettings) -> Iterator[Shot]:
    """A picture of the frame for each visibility. Lens and sensor are the same in all; their noise is not."""
    radiance = np.nan_to_num(frame.radiance, nan=0.0, posinf=65504.0, neginf=0.0)
    np.clip(radiance, 0.0, None, out=radiance)
    radiance *= frame.meta.medium.watts_per_unit / WATTS_PER_UNIT
    air = None
    for mor_m in visibilities(frame, settings):
        clear = mor_m is None or in_picture(frame)
        if not clear and air is None:
            air = Air(frame, radiance)
        yield _shot(frame, settings, mor_m, radiance if clear else air.through(mor_m))


def develop(frame: RawFrame, settings: DevelopSettings) -> np.ndarray:
    """The frame's (first) picture, (H, W, 3) uint8 sRGB, R G B."""
    return next(shots(frame, settings)).picture


def _shot(frame: RawFrame, settings: DevelopSettings, mor_m: float | None, light: np.ndarray) -> Shot:
    seed = (frame.meta.root_seed, frame.meta.scene_index)

    def drawn(name: str, interval: tuple[float, float]) -> float:
        return float(rng_for(*seed, f"develop/{name}").uniform(*interval))

    luminance = light @ LUMINANCE
    cd_m2 = WATTS_PER_UNIT * sensor.LUMENS_PER_WATT
    drops = round(drawn("lens_drops", settings.lens_drops))
    seen = lens.with_drops(light, drops, rng_for(*seed, "develop/drops")) if drops else light
    if flakes := round(drawn("lens_flakes", settings.lens_flakes)):
        seen = lens.with_flakes(seen, flakes, rng_for(*seed, "develop/flakes"))
    factor = sensor.exposure_factor(seen, settings.exposure, drawn("exposure", settings.exposure_ev), cd_m2)
    gains = sensor.balance_gains(seen, settings.white_balance, drawn("warmth", settings.warmth_ev))
    exposed = seen * (factor * gains)
    if corners := drawn("vignetting", settings.vignetting_ev):
        exposed *= lens.vignette(exposed.shape[:2], corners)[..., None]
    exposed = lens.blurred(exposed, drawn("blur", settings.blur_px))
    iso = None
    if settings.iso is not None:
        iso = sensor.iso_for(float(luminance.mean()) * cd_m2, settings.iso)
        exposed = sensor.with_noise(exposed, iso, rng_for(*seed, f"develop/noise/{mor_m}"))
    return Shot(
        mor_m=mor_m,
        picture=sensor.encoded8(exposed, settings.tone_curve),
        exposed=exposed,
        luminance=luminance,
        iso=iso,
        jpeg_quality=None if settings.jpeg_quality is None else round(drawn("jpeg", settings.jpeg_quality)),
    )
