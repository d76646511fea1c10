"""The air between objects and the lens: Koschmieder's law over the light's whole path, mirrors included.

    I = J t + A (1 - t),   t = exp(-beta path),   beta = -ln(0.05) / MOR

with J the clear radiance, A the airlight, and MOR the meteorological optical range: the distance at which contrast
falls to 5 % (WMO-No. 8, Guide to Meteorological Instruments, part I, chapter 9).

Radiation fog thins with height, beta(z) = beta exp(-z / h). The path through a mirror is unfolded: an upright mirror
keeps heights, and a level one near z = 0 inverts them, which |z| accounts for; for leaning and curved mirrors this is
an approximation.

Light of a lamp that fog scatters forward reaches the lens from around the lamp, as a glow. The forward half of a fog
droplet's phase function lies within some degrees (Narasimhan & Nayar 2003, "Shedding light on the weather"); here it is
spread by three Gaussians whose energies sum to that share.

At night street lamps add light to the air below them only, so that the sky above a lit street stays dark.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from blender_synth.frames.meta import Medium
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.geometry import ray_lengths
from blender_synth.optics.extinction import KOSCHMIEDER

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Rec. 709 luminance weights."""
_MAX_AIR_M = 2e4
"""Longest path through air to the sky."""
_FACING = 0.03
"""Reflectance of water (0.02) and of one side of glass (0.04) at normal incidence."""
_LIT_M = 500.0
"""Extent of a town's lit streets."""
_TOP_M = 1500.0
"""Top of the air where the medium has none; the radiance of the sky includes what lies above it."""
_GLOW = ((0.9, 0.30), (3.0, 0.17), (9.0, 0.08))
"""Standard deviation in degrees, and share of the scattered light."""
_STEPS = 128
"""Of the airlight's colour between two azimuths of the table: finer than 8 bits can show."""
_GRID = 64
"""Positions across the picture at which the airlight is looked up, at least."""
_GLOW_BELOW_M = 2e4
"""Clearer air shows no glow around lamps."""
_LAMP_TIMES_AIR = 6.0
"""What is brighter than the airlight by this factor counts as a lamp."""


def luminance_of(light: np.ndarray) -> np.ndarray:
    """Rec. 709 luminance (H, W) of light (H, W, 3)."""
    found: np.ndarray = cv2.transform(np.asarray(light, np.float32), LUMINANCE[None, :])
    return found


def transmittance(path_m: np.ndarray, mor_m: float) -> np.ndarray:
    """Share of light that passes `path_m` metres of air of the optical range `mor_m`; 0 for infinite paths."""
    t = np.asarray(np.multiply(path_m, -(KOSCHMIEDER / mor_m), dtype=np.float64))
    return np.exp(t, out=t).astype(np.float32)


def elevations(frame: RawFrame) -> np.ndarray:
    """z (H, W) float32 of each pixel's direction, the sine of its elevation."""
    if "elevations" not in frame.derived:
        width, height = frame.size_px
        x, y = _on_plane(frame, np.arange(width) + 0.5, np.arange(height) + 0.5)
        x, y = x[None, :], y[:, None]
        row = frame.pose[2, :3]
        up = row[0] * x + (row[1] * y + row[2])
        up /= np.sqrt(x**2 + (y**2 + 1))
        frame.derived["elevations"] = up.astype(np.float32)
    found: np.ndarray = frame.derived["elevations"]
    return found


def _on_plane(frame: RawFrame, x_px: np.ndarray, y_px: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixel coordinates as offsets from the axis at a distance of 1."""
    k = frame.k
    return (x_px - k[0, 2]) / k[0, 0], (y_px - k[1, 2]) / k[1, 1]


def air_m(path_m: np.ndarray, up: np.ndarray, eye_z_m: float, medium: Medium) -> np.ndarray:
    """Paths as metres of air of the density at the ground, those to the sky included; same shape as `path_m`.

    Args:
        path_m: lengths, inf for sky. up: z of the ray's unit direction. eye_z_m: of the camera above the ground.
        medium: of which `fog_height_m` and `top_m` are used.
    """
    sky = np.isinf(path_m)
    scale = medium.fog_height_m
    if not scale:
        metres = path_m.copy()
        metres[sky] = np.minimum((medium.top_m or _TOP_M) / np.maximum(np.abs(up[sky]), 1e-4), _MAX_AIR_M)
        return metres
    eye = max(eye_z_m, 0.0)

    def below(z: np.ndarray | np.float64) -> np.ndarray:
        """Metres of ground-level air in a vertical column up to height z."""
        return np.sign(z) * scale * (1 - np.exp(-np.abs(z) / scale))

    length = np.where(sky, _MAX_AIR_M, path_m)
    level = np.abs(up) < 1e-4
    slope = np.where(level, 1.0, up)
    slanted = (below(eye + length * slope) - below(np.float64(eye))) / slope
    return np.where(level, length * math.exp(-eye / scale), slanted)


def lit_m(path_m: np.ndarray, up: np.ndarray, eye_z_m: float, top_m: float) -> np.ndarray:
    """Metres of paths (H, W) through the air that street lamps light, which ends at a height and `_LIT_M` away.

    Args:
        path_m: lengths, inf for sky. up: z of the ray's unit direction. eye_z_m: of the camera. top_m: the height.
    """
    length = np.minimum(path_m, _LIT_M)
    leaves = np.maximum(top_m - eye_z_m, 0.0) / np.maximum(up, 1e-4)
    return np.where(up > 1e-4, np.minimum(length, leaves), length).astype(np.float32)


def layer_paths_m(frame: RawFrame) -> dict[str, np.ndarray]:
    """Length (H, W) in metres of the light's path by layer (see `raw_frame.id_layers`).

    It is inf for sky, and 0 where a layer shows nothing.
    """
    if "layer_paths_m" not in frame.derived:
        frame.derived["layer_paths_m"] = _layer_paths_m(frame)
    found: dict[str, np.ndarray] = frame.derived["layer_paths_m"]
    return found


def _layer_paths_m(frame: RawFrame) -> dict[str, np.ndarray]:
    labels = frame.labels
    height, width = labels["depth_m"].shape
    return {
        "surface": labels["depth_m"] * ray_lengths(height, width, frame.k),
        "reflected": labels["reflected_path_m"],
        "transmitted": labels["transmitted_path_m"],
    }


def layer_air_m(frame: RawFrame, paths_m: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`air_m` of each layer's paths."""
    if paths_m is not frame.derived.get("layer_paths_m"):
        return _layer_air_m(frame, paths_m)
    if "layer_air_m" not in frame.derived:
        frame.derived["layer_air_m"] = _layer_air_m(frame, paths_m)
    found: dict[str, np.ndarray] = frame.derived["layer_air_m"]
    return found


def _layer_air_m(frame: RawFrame, paths_m: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    medium = frame.meta.medium
    if not medium.fog_height_m and not any(np.isinf(path).any() for path in paths_m.values()):
        return dict(paths_m)
    up, eye = elevations(frame), float(frame.pose[2, 3])
    if not medium.fog_height_m:
        return {name: air_m(path, up, eye, medium) for name, path in paths_m.items()}
    found = {"surface": air_m(paths_m["surface"], up, eye, medium)}
    for name in ("reflected", "transmitted"):  # most pixels show neither
        path = paths_m[name].ravel()
        shown = np.flatnonzero(path)
        metres = np.zeros_like(path)
        metres[shown] = air_m(path[shown], up.ravel()[shown], eye, medium)
        found[name] = metres.reshape(up.shape)
    return found


class Air:
    """The air of one frame, computed once for any number of optical ranges."""

    def __init__(self, frame: RawFrame, radiance: np.ndarray):
        """Args:
        frame: the raw frame. radiance: (H, W, 3) float32, clear.
        """
        paths = layer_paths_m(frame)
        air = {name: values.ravel() for name, values in layer_air_m(frame, paths).items()}
        self._shape = frame.size_px[::-1]
        bounced = frame.labels["reflected_bounces"] > 0
        self._surface_m = air["surface"]
        self._bounced = np.flatnonzero(bounced)
        self._bounced_m = air["reflected"][self._bounced]
        self._glass = None if frame.shares is None else _Glass.of(frame, frame.shares, air)
        medium = frame.meta.medium
        self._lamps_rgb = None if medium.lamps_rgb is None else np.array(medium.lamps_rgb, np.float32)
        if medium.lamps_rgb is not None and medium.lamps_top_m is not None:
            before = paths["surface"].ravel().copy()
            before[self._bounced] = paths["reflected"].ravel()[self._bounced]
            if self._glass is not None:  # of air beyond glass and water little is seen
                before[self._glass.pixels] = paths["surface"].ravel()[self._glass.pixels]
            lit = lit_m(before.reshape(self._shape), elevations(frame), float(frame.pose[2, 3]), medium.lamps_top_m)
            self._lit_m = lit
        self.airlight = (
            sky_colour(radiance, np.where(bounced, paths["reflected"], paths["surface"])).astype(np.float32)
            if medium.horizon_rgb is None
            else _airlight(frame, np.array(medium.horizon_rgb, np.float64))
        )
        """(3,) or, by pixel, (H, W, 3)."""
        self._radiance = radiance
        self._px_per_deg = float(frame.k[1, 1]) * math.tan(math.radians(1.0))

    def transmittance(self, mor_m: float) -> np.ndarray:
        """Share (H, W) of each pixel's light that arrives; layers of glass count by their shares of the light."""
        return self._shares_of_light(mor_m)[0]

    def _shares_of_light(self, mor_m: float) -> tuple[np.ndarray, np.ndarray]:
        """The same, and the share (H, W) of the airlight in each pixel: behind glass and water by Fresnel's law, not
        by their light."""
        t = transmittance(self._surface_m, mor_m)
        t[self._bounced] = transmittance(self._bounced_m, mor_m)
        if self._glass is None:
            return t.reshape(self._shape), (1 - t).reshape(self._shape)
        glass_t, glass_air = self._glass.shares_of_light(mor_m)
        t[self._glass.pixels] = glass_t
        share = 1 - t
        share[self._glass.pixels] = glass_air
        return t.reshape(self._shape), share.reshape(self._shape)

    def through(self, mor_m: float) -> np.ndarray:
        """The radiance (H, W, 3) float32 that reaches the lens."""
        t, share = self._shares_of_light(mor_m)
        lit = _times(self._radiance, t)
        airlight = self.airlight
        lit += _times(airlight, share)
        if self._lamps_rgb is not None:
            lit += _times(self._lamps_rgb, 1 - transmittance(self._lit_m, mor_m))
            airlight = airlight + self._lamps_rgb
        return self._with_glow(lit, airlight, t, mor_m)

    def _with_glow(self, lit: np.ndarray, airlight: np.ndarray, t: np.ndarray, mor_m: float) -> np.ndarray:
        if mor_m > _GLOW_BELOW_M:
            return lit
        lost = self._radiance - np.float32(_LAMP_TIMES_AIR) * airlight
        if float(lost.max(initial=0)) <= 0:
            return lit
        lost = _times(np.maximum(lost, 0, out=lost), 1 - t)
        height, width = lost.shape[:2]
        small = cv2.resize(lost, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
        glow = np.zeros_like(small)
        for degrees, share in _GLOW:
            sigma = max(degrees * self._px_per_deg / 4, 0.6)
            glow = glow + share * _blurred(small, sigma)
        lit += cv2.resize(glow, (width, height), interpolation=cv2.INTER_LINEAR)
        return lit


@dataclass(frozen=True)
class _Glass:
    """The pixels of glass and water.

    Attributes:
        pixels: (N,) their numbers, counted row by row. air_m: (N,) by layer. reflected, transmitted: (N,) shares of the
            light. reflectance: (N,) of the first surface.
    """

    pixels: np.ndarray
    air_m: Mapping[str, np.ndarray]
    reflected: np.ndarray
    transmitted: np.ndarray
    reflectance: np.ndarray

    @classmethod
    def of(cls, frame: RawFrame, shares: Mapping[str, np.ndarray], air_m: Mapping[str, np.ndarray]) -> _Glass | None:
        """Of a frame with the air (H * W,) by layer; None where no such pixel is in view."""
        reflected, transmitted = (shares[name].ravel() for name in ("reflected_share", "transmitted_share"))
        pixels = np.flatnonzero((reflected + transmitted) > 0)
        if not len(pixels):
            return None
        return cls(
            pixels,
            {name: values[pixels] for name, values in air_m.items()},
            reflected[pixels],
            transmitted[pixels],
            _dielectric_reflectance(frame, pixels),
        )

    def shares_of_light(self, mor_m: float) -> tuple[np.ndarray, np.ndarray]:
        """(N,) of the objects' light that arrives, and of the airlight."""
        names = ("surface", "reflected", "transmitted")
        surface, reflected, transmitted = (transmittance(self.air_m[name], mor_m) for name in names)
        rest = np.maximum(1 - self.reflected - self.transmitted, 0)
        total = np.maximum(self.reflected + self.transmitted + rest, 1e-6)
        t = (self.reflected * reflected + self.transmitted * transmitted + rest * surface) / total
        air = self.reflectance * (1 - np.minimum(reflected, surface))
        air += (1 - self.reflectance) * (1 - np.minimum(transmitted, surface))
        return t, air


def _times(colour: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Colours (3,) or (H, W, 3) times a factor (H, W): (H, W, 3) float32, several times as fast as by broadcasting."""
    if colour.ndim == 1:
        product: np.ndarray = cv2.merge([factor * channel for channel in colour])
        return product
    product = cv2.merge((factor, factor, factor))
    return np.multiply(product, colour, out=product)


def _airlight(frame: RawFrame, horizon: np.ndarray) -> np.ndarray:
    """Colour (H, W, 3) float32 of the airlight, which is brighter towards the sun: looked up by azimuth.

    Args:
        horizon: (N, 3) colours by azimuth. They are looked up on a grid and interpolated, as they change slowly.
    """
    width, height = frame.size_px
    columns, rows = (min(size, max(size // 8, _GRID)) for size in (width, height))
    x, y = _on_plane(frame, (np.arange(columns) + 0.5) * (width / columns), (np.arange(rows) + 0.5) * (height / rows))
    east, north = (row[0] * x[None, :] + (row[1] * y + row[2])[:, None] for row in frame.pose[:2, :3])
    table = _fine(horizon)
    # of a turn more, since truncation is towards zero
    step = (np.arctan2(north, east) * (len(table) / (2 * math.pi)) + len(table)).astype(np.int32) % len(table)
    found: np.ndarray = cv2.resize(table.take(step, axis=0), (width, height), interpolation=cv2.INTER_LINEAR)
    return found


def _fine(table: np.ndarray) -> np.ndarray:
    """A table (N, 3) of colours around the horizon, interpolated to (N * `_STEPS`, 3) float32."""
    fraction = ((np.arange(_STEPS) + 0.5) / _STEPS)[None, :, None]
    following = np.roll(table, -1, axis=0)
    return (table[:, None] * (1 - fraction) + following[:, None] * fraction).reshape(-1, 3).astype(np.float32)


def _dielectric_reflectance(frame: RawFrame, pixels: np.ndarray) -> np.ndarray:
    """Reflectance (N,) of the first surface at these pixels if it is of glass or water (Schlick 1994)."""
    width, height = frame.size_px
    x, y = _on_plane(frame, np.arange(width) + 0.5, np.arange(height) + 0.5)
    x, y = x[pixels % width], y[pixels // width]
    cosine = sum(
        frame.labels[f"normal.{axis}"].ravel()[pixels] * (row[0] * x + row[1] * y + row[2])
        for axis, row in zip("XYZ", frame.pose[:3, :3], strict=True)
    )
    cosine = (np.abs(cosine) / np.sqrt(x**2 + y**2 + 1)).clip(0, 1)
    fifth = np.square(np.square(1 - cosine)) * (1 - cosine)
    return (_FACING + (1 - _FACING) * fifth).astype(np.float32)


def _blurred(image: np.ndarray, sigma_px: float) -> np.ndarray:
    """Gaussian blur; wide ones on a smaller image. What leaves at the edges is lost, as in a camera."""
    if sigma_px <= 4:
        return cv2.GaussianBlur(image, (0, 0), sigma_px, borderType=cv2.BORDER_CONSTANT)
    height, width = image.shape[:2]
    by = min(int(sigma_px // 2), max(min(height, width) // 4, 1))
    small = cv2.resize(image, (max(width // by, 1), max(height // by, 1)), interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(small, (0, 0), sigma_px / by, borderType=cv2.BORDER_CONSTANT)
    return cv2.resize(wide, (width, height), interpolation=cv2.INTER_LINEAR)


def sky_colour(radiance: np.ndarray, path_m: np.ndarray) -> np.ndarray:
    """Colour (3,) of the airlight for frames that do not record it: the sky near the horizon of the picture.

    Without sky in the picture, the mean of its brightest tenth.
    """
    rows, _ = np.nonzero(np.isinf(path_m))
    if len(rows) >= 50:
        sky = np.isinf(path_m) & (np.arange(len(path_m))[:, None] >= np.quantile(rows, 0.7))
        return np.median(radiance[sky], axis=0)
    luminance = radiance @ LUMINANCE
    return radiance[luminance >= np.quantile(luminance, 0.9)].mean(axis=0)
