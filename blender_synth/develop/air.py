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
_LAMP_TIMES_AIR = 6.0
"""What is brighter than the airlight by this factor counts as a lamp."""


def transmittance(path_m: np.ndarray, mor_m: float) -> np.ndarray:
    """Share of light that passes `path_m` metres of air of the optical range `mor_m`; 0 for infinite paths."""
    return np.exp(-(KOSCHMIEDER / mor_m) * np.asarray(path_m, dtype=np.float64)).astype(np.float32)


def rays(frame: RawFrame) -> tuple[np.ndarray, np.ndarray]:
    """(z, azimuth) of each pixel's direction, (H, W) float32: sine of the elevation, radians from +X."""
    if "rays" not in frame.derived:
        frame.derived["rays"] = _rays(frame)
    found: tuple[np.ndarray, np.ndarray] = frame.derived["rays"]
    return found


def _rays(frame: RawFrame) -> tuple[np.ndarray, np.ndarray]:
    width, height = frame.size_px
    k, pose = frame.k, frame.pose
    x = ((np.arange(width) + 0.5 - k[0, 2]) / k[0, 0])[None, :]
    y = ((np.arange(height) + 0.5 - k[1, 2]) / k[1, 1])[:, None]
    east, north, up = (pose[row, 0] * x + pose[row, 1] * y + pose[row, 2] for row in range(3))
    length = np.sqrt(east**2 + north**2 + up**2)
    return (up / length).astype(np.float32), np.arctan2(north, east).astype(np.float32)


def air_m(path_m: np.ndarray, up: np.ndarray, eye_z_m: float, medium: Medium) -> np.ndarray:
    """Paths as metres of air of the density at the ground, those to the sky included; same shape as `path_m`.

    Args:
        path_m: lengths, inf for sky. up: z of the ray's unit direction. eye_z_m: of the camera above the ground.
        medium: of which `fog_height_m` and `top_m` are used.
    """
    sky = np.isinf(path_m)
    scale = medium.fog_height_m
    if not scale:
        to_sky = np.minimum((medium.top_m or _TOP_M) / np.maximum(np.abs(up), 1e-4), _MAX_AIR_M)
        return np.where(sky, to_sky, path_m)
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
    up, _ = rays(frame)
    eye = float(frame.pose[2, 3])
    return {name: air_m(path, up, eye, medium) for name, path in paths_m.items()}


class Air:
    """The air of one frame, computed once for any number of optical ranges."""

    def __init__(self, frame: RawFrame, radiance: np.ndarray):
        """Args:
        frame: the raw frame. radiance: (H, W, 3) float32, clear.
        """
        paths = layer_paths_m(frame)
        self._bounced = frame.labels["reflected_bounces"] > 0
        self._air = layer_air_m(frame, paths)
        self._shares = frame.shares
        self._reflectance = _dielectric_reflectance(frame) if self._shares is not None else np.zeros((1, 1), np.float32)
        seen = np.where(self._bounced, paths["reflected"], paths["surface"])
        medium = frame.meta.medium
        self._lamps_rgb = None if medium.lamps_rgb is None else np.array(medium.lamps_rgb, np.float32)
        if medium.lamps_rgb is not None and medium.lamps_top_m is not None:
            up, _ = rays(frame)
            # of air beyond glass and water little is seen
            before = paths["surface"] if self._shares is None else np.where(self._layered(), paths["surface"], seen)
            self._lit_m = lit_m(before, up, float(frame.pose[2, 3]), medium.lamps_top_m)
        horizon = medium.horizon_rgb
        if horizon is None:
            self.airlight = sky_colour(radiance, seen).astype(np.float32)
        else:
            # the horizon is brighter towards the sun: looked up by azimuth
            _, azimuth = rays(frame)
            table = _fine(np.array(horizon, np.float64))
            # of a turn more, since truncation is towards zero
            step = (azimuth * np.float32(len(table) / (2 * math.pi)) + len(table)).astype(np.int32) % len(table)
            self.airlight = table.take(step, axis=0)
        self._radiance = radiance
        self._px_per_deg = float(frame.k[1, 1]) * math.tan(math.radians(1.0))

    def transmittance(self, mor_m: float) -> np.ndarray:
        """Share (H, W) of each pixel's light that arrives; layers of glass count by their shares of the light."""
        surface = transmittance(self._air["surface"], mor_m)
        reflected = transmittance(self._air["reflected"], mor_m)
        t = np.where(self._bounced, reflected, surface)
        if self._shares is not None:
            r = self._shares["reflected_share"]
            s = self._shares["transmitted_share"]
            layered = (r + s) > 0
            through = transmittance(self._air["transmitted"], mor_m)
            rest = np.maximum(1 - r - s, 0)
            total = np.maximum(r + s + rest, 1e-6)
            t = np.where(layered, (r * reflected + s * through + rest * surface) / total, t)
        return t

    def through(self, mor_m: float) -> np.ndarray:
        """The radiance (H, W, 3) float32 that reaches the lens."""
        t = self.transmittance(mor_m)[..., None]
        lit, airlight = self._radiance * t + self.airlight * self._air_share(t[..., 0], mor_m)[..., None], self.airlight
        if self._lamps_rgb is not None:
            lit = lit + self._lamps_rgb * (1 - transmittance(self._lit_m, mor_m))[..., None]
            airlight = airlight + self._lamps_rgb
        return self._with_glow(lit, airlight, t, mor_m)

    def _layered(self) -> np.ndarray:
        """Which pixels (H, W) show glass or water."""
        assert self._shares is not None
        return (self._shares["reflected_share"] + self._shares["transmitted_share"]) > 0

    def _air_share(self, t: np.ndarray, mor_m: float) -> np.ndarray:
        """Share (H, W) of the airlight in each pixel: behind glass and water by Fresnel's law, not by their light."""
        if self._shares is None or not (layered := self._layered()).any():
            return 1 - t
        names = ("surface", "reflected", "transmitted")
        surface, reflected, transmitted = (transmittance(self._air[name], mor_m) for name in names)
        share = self._reflectance * (1 - np.minimum(reflected, surface))
        share += (1 - self._reflectance) * (1 - np.minimum(transmitted, surface))
        return np.where(layered, share, 1 - t).astype(np.float32)

    def _with_glow(self, lit: np.ndarray, airlight: np.ndarray, t: np.ndarray, mor_m: float) -> np.ndarray:
        lost = np.maximum(self._radiance - _LAMP_TIMES_AIR * airlight, 0) * (1 - t)
        if mor_m > 2e4 or float(lost.max(initial=0)) <= 0:
            return lit
        height, width = lost.shape[:2]
        small = cv2.resize(lost, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
        glow = np.zeros_like(small)
        for degrees, share in _GLOW:
            sigma = max(degrees * self._px_per_deg / 4, 0.6)
            glow += share * _blurred(small, sigma)
        return lit + cv2.resize(glow, (width, height), interpolation=cv2.INTER_LINEAR)


def _fine(table: np.ndarray) -> np.ndarray:
    """A table (N, 3) of colours around the horizon, interpolated to (N * `_STEPS`, 3) float32."""
    fraction = ((np.arange(_STEPS) + 0.5) / _STEPS)[None, :, None]
    following = np.roll(table, -1, axis=0)
    return (table[:, None] * (1 - fraction) + following[:, None] * fraction).reshape(-1, 3).astype(np.float32)


def _dielectric_reflectance(frame: RawFrame) -> np.ndarray:
    """Reflectance (H, W) of the first surface if it is of glass or water (Schlick 1994)."""
    up, azimuth = rays(frame)
    level = np.sqrt(np.maximum(1 - up**2, 0))
    x, y, z = (frame.labels[f"normal.{axis}"] for axis in "XYZ")
    cosine = np.abs(x * level * np.cos(azimuth) + y * level * np.sin(azimuth) + z * up).clip(0, 1)
    return (_FACING + (1 - _FACING) * (1 - cosine) ** 5).astype(np.float32)


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
