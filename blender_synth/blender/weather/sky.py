"""World and sun of a sky spec: scattered skylight, clouds, and a lamp for the sun itself.

Irradiances come from the spec; here they are only given a shape. The clear part is Blender's Nishita model without
its sun disc, the clouds are a panorama computed in numpy, the overcast sky follows the CIE standard overcast sky
(luminance (1 + 2 sin h) / 3 of the zenith's, CIE S 003, after Moon & Spencer 1942).
"""

from __future__ import annotations

import math

import bpy
import numpy as np

from blender_synth.blender.noise import smoothstep, spectral_noise
from blender_synth.blender.stage import Stage
from blender_synth.world.weather.sky import Spec, air_mass

PANORAMA_ROWS = 768
CLOUD_TILE = 9.0
"""Edge of the cloud map's tile in heights of the cloud base."""
GROUND_ALBEDO = 0.16
BRIGHTEST = 400.0
"""Upper limit of any radiance given to the world, far below half float's 65504."""

_ELEVATIONS_DEG = (2.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0)
_NISHITA_LUMINOUS = {
    0.5: (2.265, 3.700, 5.206, 6.639, 7.315, 7.855, 8.154, 8.313, 8.363),
    1.0: (2.247, 3.811, 5.560, 7.383, 8.301, 9.042, 9.440, 9.642, 9.702),
    2.0: (2.158, 3.904, 6.072, 8.642, 10.064, 11.244, 11.867, 12.167, 12.251),
    4.0: (1.909, 3.795, 6.545, 10.421, 12.866, 15.016, 16.164, 16.708, 16.853),
}
"""Horizontal irradiance (Rec. 709 luminance) under the Nishita sky at strength 1 for dust densities 0.5 to 4.

Integrated from panoramas rendered with bpy 4.5.15, altitude 0, air and ozone density 1.
"""


def build(spec: Spec, stage: Stage) -> None:
    """Give the stage's scene its world and its sun."""
    world = bpy.data.worlds.new("sky")
    stage.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    dust = min(max((spec.turbidity - 1) / 2, 0.5), 4.0)
    sky = tree.nodes.new("ShaderNodeTexSky")
    sky.sky_type = "NISHITA"
    sky.sun_disc = False
    sky.sun_elevation = math.radians(spec.sun_elevation_deg)
    sky.sun_rotation = math.radians(90.0 - spec.sun_azimuth_deg)
    sky.dust_density = dust
    gain = spec.clear_diffuse() / nishita_irradiance(spec.sun_elevation_deg, dust)

    pixels = panorama(spec)
    clouds, cover = tree.nodes.new("ShaderNodeTexEnvironment"), tree.nodes.new("ShaderNodeTexEnvironment")
    clouds.image = _image("clouds", pixels[..., :3])
    cover.image = _image("cloud_cover", pixels[..., 3:].repeat(3, axis=2))  # the node has no alpha (Blender 4.5)
    clear = tree.nodes.new("ShaderNodeVectorMath")
    clear.operation = "SCALE"
    clear.inputs[3].default_value = gain
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    light = tree.nodes.new("ShaderNodeBackground")
    output = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(sky.outputs[0], clear.inputs[0])
    tree.links.new(cover.outputs["Color"], mix.inputs[0])
    tree.links.new(clear.outputs[0], mix.inputs[6])
    tree.links.new(clouds.outputs["Color"], mix.inputs[7])
    tree.links.new(mix.outputs[2], light.inputs["Color"])
    tree.links.new(light.outputs[0], output.inputs["Surface"])
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 512
    _sun(spec, stage)


def _sun(spec: Spec, stage: Stage) -> None:
    strength = spec.sun()
    if strength < 0.01:
        return
    lamp = bpy.data.lights.new("sun", "SUN")
    lamp.energy = strength
    lamp.color = sun_colour(spec)
    lamp.angle = math.radians(spec.sun_blur_deg)
    obj = bpy.data.objects.new("sun", lamp)
    # a lamp shines along its own -z; turned so, its +z points at the sun
    obj.rotation_euler = (math.radians(90.0 - spec.sun_elevation_deg), 0.0, math.radians(spec.sun_azimuth_deg + 90.0))
    stage.scene.collection.objects.link(obj)


def nishita_irradiance(elevation_deg: float, dust: float) -> float:
    """Interpolates `_NISHITA_LUMINOUS`."""
    densities = list(_NISHITA_LUMINOUS)
    at = [float(np.interp(elevation_deg, _ELEVATIONS_DEG, row)) for row in _NISHITA_LUMINOUS.values()]
    return float(np.interp(math.log(dust), np.log(densities), at))


def sun_colour(spec: Spec) -> tuple[float, float, float]:
    """Colour of the sunlight at the ground, luminance 1.

    Rayleigh and aerosol (Angstrom exponent 1.3) attenuation at 615, 545 and 465 nm as in Preetham et al. 1999, ozone's
    Chappuis band by eye; the beam above the atmosphere is a 5780 K black body in Rec. 709.
    """
    mass = air_mass(spec.sun_elevation_deg)
    wavelength = np.array([0.615, 0.545, 0.465])
    beta = max(0.04608 * spec.turbidity - 0.04586, 0.0) * 0.6
    depth = 0.008735 * wavelength**-4.08 + beta * wavelength**-1.3 + np.array([0.028, 0.025, 0.003])
    rgb = np.array([1.06, 0.99, 0.92]) * np.exp(-depth * mass)
    return tuple(float(c) for c in rgb / (rgb @ (0.2126, 0.7152, 0.0722)))


def panorama(spec: Spec) -> np.ndarray:
    """Clouds and ground as an equirectangular image (rows, 2 rows, 4) float32, row 0 at the nadir.

    RGB is radiance in render units, A how much of it hides the clear sky.
    """
    rows, columns = PANORAMA_ROWS, 2 * PANORAMA_ROWS
    height = ((np.arange(rows, dtype=np.float32) + 0.5) / rows - 0.5) * math.pi
    azimuth = (0.5 - (np.arange(columns, dtype=np.float32) + 0.5) / columns) * 2 * math.pi
    up = height > 0
    h = height[up][:, None]
    sun_h, sun_a = math.radians(spec.sun_elevation_deg), math.radians(spec.sun_azimuth_deg)
    to_sun = np.sin(h) * math.sin(sun_h) + np.cos(h) * math.cos(sun_h) * np.cos(azimuth[None] - sun_a)

    cover, light = _clouds(spec, h, azimuth, to_sun)
    solid = np.cos(h) * (math.pi / rows) ** 2
    clear_share = 1 - float((cover * np.sin(h) * solid).sum() / (np.sin(h) * solid).sum() / columns)
    wanted = max(spec.diffuse() - spec.clear_diffuse() * clear_share, 0.05 * spec.diffuse())
    got = float((cover * light * np.sin(h) * solid).sum())
    # broken cloud scatters at most about what a sunlit white surface would
    ceiling = 0.9 * (spec.clear_sun() * max(math.sin(sun_h), 0.2) + spec.clear_diffuse()) / math.pi
    level = min(wanted / got, ceiling / 0.9) if got > 1e-6 else 0.0

    grey = np.clip(light / max(float(light.max()), 1e-6), 0, 1)[..., None]
    warm = np.array(sun_colour(spec), np.float32) ** 0.6
    cold = np.array([0.93, 1.0, 1.10], np.float32)
    n = spec.cloud_oktas / 8
    tint = cold + (warm * (1 - n) + np.array([1.0, 1.0, 1.0]) * n - cold) * (0.35 + 0.65 * grey)
    image = np.zeros((rows, columns, 4), np.float32)
    image[up, :, :3] = (level * light)[..., None] * tint
    image[up, :, 3] = cover
    total = spec.sun() * math.sin(sun_h) + spec.diffuse()
    image[~up, :, :3] = GROUND_ALBEDO * total / math.pi * np.array([1.03, 1.0, 0.95])
    image[~up, :, 3] = 1.0
    image[..., :3] = np.clip(image[..., :3], 0, BRIGHTEST)
    return image


def _clouds(spec: Spec, h: np.ndarray, azimuth: np.ndarray, to_sun: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cover 0..1, relative radiance) over the upper half, (rows, columns) each."""
    n = spec.cloud_oktas / 8
    overcast = (1 + 2 * np.sin(h)) / 3 + 0 * to_sun
    if n < 0.02:
        return np.zeros_like(to_sun), overcast
    fields = _cloud_fields(spec.cloud_seed)
    # a curved layer of cloud: distance along the ground in cloud heights, never infinite
    distance = np.cos(h) / (np.sin(h) + 0.07)
    x, y = distance * np.cos(azimuth[None]), distance * np.sin(azimuth[None])
    towards = 0.22 * np.array(
        [math.cos(math.radians(spec.sun_azimuth_deg)), math.sin(math.radians(spec.sun_azimuth_deg))]
    )
    # far clouds are seen at a slant: look them up in the smoother fields, or they would alias into dashes
    level = np.clip(np.log2(np.maximum(distance, 1e-3) / 1.1) + 0 * x, 0, len(fields) - 1.001)
    here, lit = _look_up(fields, level, x, y), _look_up(fields, level, x + towards[0], y + towards[1])
    threshold = float(np.quantile(fields[0], 1 - min(n, 0.999)))
    slant = 0.25 * np.minimum(distance, 6) * min(1.0, 4 * n) * 0.35
    thick = np.maximum(here - threshold + slant, 0)
    cover = smoothstep(0.0, 0.32 + 0.4 * (1 - n), thick)
    if n > 0.8:
        closed = smoothstep(0.8, 0.97, np.array(n))
        cover = cover + (1 - cover) * closed
    glow = 1.2 * np.exp((to_sun - 1) * 9) + 0.35 * np.exp((to_sun - 1) * 2.2)
    edge = np.exp(-1.3 * thick)
    relief = np.clip(here - lit, -1.2, 1.2)
    sunny = (0.50 + 0.50 * edge) * (1 + glow * (0.35 + edge)) * (1 + 0.30 * relief)
    dull = overcast * (1 + 0.10 * here - 0.10 * relief) * (1 + 0.25 * np.exp((to_sun - 1) * 3))
    mood = smoothstep(0.45, 0.95, np.array(n))
    return cover.astype(np.float32), (np.maximum(sunny, 0.05) * (1 - mood) + np.maximum(dull, 0.05) * mood * 0.8)


def _cloud_fields(seed: int) -> np.ndarray:
    """Tileable cloud thickness (5, n, n), each smoother than the one before; mean 0, std about 1."""
    size = 512
    field = spectral_noise(size, 1.75, seed, 2) + 0.18 * spectral_noise(size, 1.0, seed + 1, 24)
    spectrum = np.fft.rfft2(field / field.std())
    f = np.hypot(np.fft.fftfreq(size, 1 / size)[:, None], np.fft.rfftfreq(size, 1 / size)[None])
    cut = (160.0, 80.0, 40.0, 20.0, 10.0)
    return np.stack([np.fft.irfft2(spectrum * np.exp(-((f / c) ** 2)), s=(size, size)) for c in cut]).astype(np.float32)


def _look_up(fields: np.ndarray, level: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Linear look-up in tiles of `CLOUD_TILE` cloud heights, between the two nearest resolutions."""
    size = fields.shape[1]
    u, v = x / CLOUD_TILE % 1 * size, y / CLOUD_TILE % 1 * size
    i, j, k = u.astype(int), v.astype(int), level.astype(int)
    fu, fv, fk = u - i, v - j, level - k
    i, j, i1, j1 = i % size, j % size, (i + 1) % size, (j + 1) % size
    low, high = (
        (fields[m, j, i] * (1 - fu) + fields[m, j, i1] * fu) * (1 - fv)
        + (fields[m, j1, i] * (1 - fu) + fields[m, j1, i1] * fu) * fv
        for m in (k, k + 1)
    )
    return low * (1 - fk) + high * fk


def _image(name: str, rgb: np.ndarray) -> bpy.types.Image:
    """A float image of radiances from (rows, columns, 3)."""
    rows, columns, _ = rgb.shape
    image = bpy.data.images.new(name, columns, rows, alpha=False, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    rgba = np.ones((rows, columns, 4), np.float32)
    rgba[..., :3] = rgb
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    return image
