"""World and sun of a sky spec: one panorama of skylight and clouds, and a lamp for the sun or the moon itself.

Irradiances come from the spec; here they are only distributed over the sky: the clear part by `clear_sky`, the overcast
sky by the CIE standard overcast sky (luminance (1 + 2 sin h) / 3 of the zenith's, CIE S 003, Moon & Spencer 1942).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import bpy
import cv2
import numpy as np

from blender_synth.blender.shading.noise import field_of, frequencies, smoothstep, spectral_noise, spectrum_of
from blender_synth.blender.stage import Stage
from blender_synth.blender.weather import cover, falling, hdri, headlights, heights, night, volume
from blender_synth.blender.weather.clear_sky import SUN_RGB, clear_sky, optical_depths
from blender_synth.blender.weather.outdoors import Outdoors
from blender_synth.frames.meta import Medium
from blender_synth.world.weather.daylight import LUX_PER_UNIT, WATTS_PER_UNIT, air_mass
from blender_synth.world.weather.sky import Spec

PANORAMA_ROWS = 768
CLOUD_TILE = 9.0
"""Edge of the cloud map's tile in heights of the cloud base."""
CLEAR_MOR_M = 10_000.0
"""From this optical range on the air adds nothing to what `turbidity` describes (`Spec.air_depth`)."""
INDOOR_WATTS_PER_UNIT = (1.0, 10.0)
"""Indoors lamps give most of the light: it is never as bright as outdoors by day, nor as dark as at night."""
INDOOR_MOR_M = 50_000.0
"""Air indoors is clear, whatever the weather outside."""
GROUND_ALBEDO = 0.16
MOON_RGB = (1.12, 0.97, 0.84)
CITY_RGB = np.array([1.14, 0.98, 0.78])
"""Light of a town with lamps of 2000 to 4000 K and lit windows, luminance 1."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_LIGHT_PROPERTY = "bs_sky"
"""Marks the lights that the weather brings."""
BRIGHTEST = 400.0
"""Upper limit of any radiance given to the world, far below half float's 65504."""


def build(spec: Spec, stage: Stage, add_phenomena: Callable[[Outdoors], None] | None = None) -> None:
    """Give the stage's scene its world, its sun and moon, lit lamps, wet or white ground, and what falls.

    Args:
        spec: the weather. stage: the built scene. add_phenomena: adds what else happens outdoors, see `combined`.
    """
    stage.weather = spec
    if stage.weather_area is not None:  # further views may have other light
        stage.unlit = night.Unlit.of(stage)
    lamps = _light(spec, stage)
    if stage.indoors:
        return
    precipitation = any((spec.wetness, spec.ice, spec.snow_depth_cm, spec.rain_mm_h, spec.snow_mm_h))
    if precipitation or add_phenomena:
        sky_heights = heights.render_heights(stage)
        cover.wet(spec, stage, sky_heights)
        cover.snow(spec, stage, sky_heights)
        stage.outdoors = Outdoors(spec, stage, sky_heights, lamps)
        falling.build(stage.outdoors)
        if add_phenomena:
            add_phenomena(stage.outdoors)
    if spec.medium == "volume":
        volume.build(spec, stage)  # last: the heights above must not see it


def move(spec: Spec, stage: Stage) -> None:
    """Change what depends on the view: headlights near the camera, what falls before it, and the box of air around it.

    With another weather the light and the air change, too; wetness and snow stay (see `Spec.with_light_of`). All that
    comes after the lights in the scene is added again, so that the order of its objects is that of `build`.
    """
    relit = spec != stage.weather
    if stage.indoors and not relit:
        return
    removed = [stage.clear_falling(), headlights.remove(stage)]
    kept = len(stage.scene.objects)
    if relit:
        _remove_light(stage)
        lamps = _light(spec, stage)
        stage.weather = spec
        if stage.outdoors is not None:
            stage.outdoors = replace(stage.outdoors, weather=spec, lamps=lamps)
    else:
        headlights.light(spec, stage, stage.units_per_100_w)
    if stage.outdoors is not None:
        falling.build(stage.outdoors)
    if spec.medium == "volume" and not stage.indoors:
        volume.build(spec, stage)
    if relit or any(removed) or len(stage.scene.objects) > kept:
        # else Cycles could keep lights in another order than in a fresh scene, and sample them otherwise (Blender 4.5)
        stage.forget_rendered()


def _light(spec: Spec, stage: Stage) -> night.Lamps:
    """World, sun, moon, and all lamps of this time of day; the air as frame.json describes it."""
    before = {obj.name for obj in stage.scene.objects}
    world = bpy.data.worlds.new("sky")
    stage.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    # a rendered volume attenuates the light itself, so it starts from the light above the fog
    lit = replace(spec, mor_m=max(spec.mor_m, CLEAR_MOR_M)) if spec.medium == "volume" and not stage.indoors else spec
    photograph = hdri.load(spec.hdri, stage.pack_roots) if spec.hdri else None
    watts = spec.watts_per_unit()
    if stage.indoors:
        watts = min(max(watts, INDOOR_WATTS_PER_UNIT[0]), INDOOR_WATTS_PER_UNIT[1])
    image = panorama(lit, photograph) * np.float32(lit.watts_per_unit() / watts)
    panorama_node = tree.nodes.new("ShaderNodeTexEnvironment")
    panorama_node.image = _image("sky", image)
    light = tree.nodes.new("ShaderNodeBackground")
    output = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(panorama_node.outputs["Color"], light.inputs["Color"])
    tree.links.new(light.outputs[0], output.inputs["Surface"])
    world.cycles.sample_map_resolution = 512
    world.cycles.sampling_method = "NONE" if _sun_dominates(lit, photograph, stage) else "MANUAL"
    brighter = WATTS_PER_UNIT / watts
    if photograph is None:
        _beam("sun", lit.sun() * brighter, sun_colour(spec), spec.sun_elevation_deg, spec.sun_azimuth_deg,
              spec.sun_blur_deg, stage)  # fmt: skip
        _beam("moon", lit.moon() * brighter, MOON_RGB, spec.moon_elevation_deg, spec.moon_azimuth_deg, 0.53, stage)
    elif photograph.sun_rgb is not None:
        up = photograph.elevation_deg
        strength = lit.sun() * math.sin(math.radians(max(spec.sun_elevation_deg, 0.0))) / math.sin(math.radians(up))
        # a sun photographed lower than the weather's would get more than there is: limited to facing it
        strength = min(strength, lit.sun())
        _beam("sun", strength * brighter, photograph.sun_rgb, up, spec.sun_azimuth_deg, spec.sun_blur_deg, stage)
    lamps = night.light(spec, stage, brighter)
    stage.units_per_100_w = brighter
    headlights.light(spec, stage, brighter)
    airlight = horizon(image) / brighter
    if stage.indoors:
        dark = np.zeros_like(airlight)  # no skylight falls on the little air of a room
        stage.medium = Medium(
            mor_m=INDOOR_MOR_M,
            top_m=spec.air_top_m(),
            watts_per_unit=watts,
            horizon_rgb=_rounded(dark),
            indoors=True,
        )
        return _marked(stage, before, lamps)
    stage.medium = Medium(
        kind=spec.medium,
        mor_m=spec.mor_m,
        fog_height_m=spec.fog_height_m,
        top_m=spec.air_top_m(),
        watts_per_unit=watts,
        horizon_rgb=_rounded(airlight),
        lamps_rgb=_rounded(lamps.airlight()[None])[0] if lamps.any() else None,
        lamps_top_m=lamps.top_m() if lamps.any() else None,
    )
    return _marked(stage, before, lamps)


def _marked(stage: Stage, before: Collection[str], lamps: night.Lamps) -> night.Lamps:
    """`lamps`, once the lights that are new in the scene are marked as the weather's."""
    for obj in stage.scene.objects:
        if obj.type == "LIGHT" and obj.name not in before:
            obj[_LIGHT_PROPERTY] = True
    return lamps


def _remove_light(stage: Stage) -> None:
    """Undo `_light`."""
    for obj in [obj for obj in stage.scene.objects if obj.get(_LIGHT_PROPERTY)]:
        lamp = obj.data
        bpy.data.objects.remove(obj)
        bpy.data.lights.remove(lamp)
    world = stage.scene.world
    images = [node.image for node in world.node_tree.nodes if node.type == "TEX_ENVIRONMENT"]
    bpy.data.worlds.remove(world)
    for image in images:
        bpy.data.images.remove(image)
    if stage.unlit is not None:
        stage.unlit.restore()


def _sun_dominates(spec: Spec, photograph: hdri.Photograph | None, stage: Stage) -> bool:
    """Whether the sun's lamp gives most of the light outdoors.

    The sky is then not sampled as a light: paths that leave the scene bring its light anyway, evenly enough, and every
    light sample goes to the sun. With less sun, and indoors, where the sky is seen through windows only, sampling it
    is better (`make bench-quality`).
    """
    if stage.indoors or spec.medium == "volume" or (photograph is not None and photograph.sun_rgb is None):
        return False
    return spec.sun() * math.sin(math.radians(max(spec.sun_elevation_deg, 0.0))) > spec.diffuse()


def _rounded(rgb: np.ndarray) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(f"{r:.4g}"), float(f"{g:.4g}"), float(f"{b:.4g}")) for r, g, b in rgb)


def _beam(
    name: str,
    strength: float,
    rgb: Sequence[float],
    elevation_deg: float,
    azimuth_deg: float,
    blur_deg: float,
    stage: Stage,
) -> None:
    """A directional lamp; one weaker than a thousandth of a unit is left out."""
    if strength < 1e-3:
        return
    lamp = bpy.data.lights.new(name, "SUN")
    lamp.energy, lamp.color, lamp.angle = strength, rgb, math.radians(blur_deg)
    obj = bpy.data.objects.new(name, lamp)
    # a lamp shines along its own -z; turned so, its +z points at the sun
    obj.rotation_euler = (math.radians(90.0 - elevation_deg), 0.0, math.radians(azimuth_deg + 90.0))
    stage.scene.collection.objects.link(obj)


def sun_colour(spec: Spec) -> tuple[float, float, float]:
    """Colour of the sunlight at the ground, luminance 1."""
    depth = sum(optical_depths(spec.turbidity))
    rgb = SUN_RGB * np.exp(-depth * air_mass(max(spec.sun_elevation_deg, 1.0)))
    red, green, blue = (float(c) for c in rgb / (rgb @ LUMINANCE))
    return red, green, blue


def horizon(image: np.ndarray) -> np.ndarray:
    """Mean radiance (24, 3) of a panorama between 0 and 8 degrees above the horizon, by azimuth from +X upwards."""
    rows, columns, _ = image.shape
    band = image[rows // 2 : rows // 2 + max(round(rows * 8 / 180), 1)].mean(axis=0)
    azimuth = (0.5 - (np.arange(columns) + 0.5) / columns) * 2 * math.pi % (2 * math.pi)
    ring = band[np.argsort(azimuth)]
    # bins are centred on their azimuth: half a bin before and half behind
    ring = np.roll(ring, columns // 48, axis=0)
    return ring[: columns // 24 * 24].reshape(24, -1, 3).mean(axis=1).astype(np.float64)


def panorama(spec: Spec, photograph: hdri.Photograph | None = None) -> np.ndarray:
    """Radiance of sky, clouds and ground: an equirectangular image (rows, 2 rows, 3) in render units, row 0 nadir."""
    rows = PANORAMA_ROWS if photograph is None else len(photograph.radiance)
    height = ((np.arange(rows, dtype=np.float32) + 0.5) / rows - 0.5) * np.float32(math.pi)
    azimuth = (0.5 - (np.arange(2 * rows, dtype=np.float32) + 0.5) / (2 * rows)) * np.float32(2 * math.pi)
    up = height > 0
    h = height[up][:, None]
    sun_h, sun_a = math.radians(spec.sun_elevation_deg), math.radians(spec.sun_azimuth_deg)
    if photograph is not None:
        sun_h = math.radians(photograph.elevation_deg)
    to_sun = np.sin(h) * math.sin(sun_h) + np.cos(h) * math.cos(sun_h) * np.cos(azimuth[None] - sun_a)
    weight = np.sin(h) * np.cos(h) * (math.pi / rows) ** 2
    image = np.empty((rows, 2 * rows, 3), np.float32)
    total = spec.sun() * max(math.sin(math.radians(spec.sun_elevation_deg)), 0.0) + spec.diffuse()
    if photograph is None:
        sky = _in_fog(spec, _computed(spec, height[up], azimuth, to_sun, weight), h, to_sun, weight)
        image[up] = np.moveaxis(sky, 0, 2)
        albedo = GROUND_ALBEDO + 0.5 * min(spec.snow_depth_cm / 2, 1.0)
        image[~up] = albedo * total / math.pi * np.array([1.03, 1.0, 0.95])
    else:
        seen = hdri.turned(photograph, spec.sun_azimuth_deg)
        wanted = spec.diffuse() if photograph.sun_rgb else total
        for _ in range(3):  # what the limit takes from bright spots is spread over the whole sky
            seen = seen * np.float32(wanted / float((seen[up] @ LUMINANCE * weight).sum()))
            seen = np.minimum(seen, BRIGHTEST * spec.watts_per_unit() / WATTS_PER_UNIT)
        image[~up] = seen[~up]
        planes = np.ascontiguousarray(np.moveaxis(seen[up], 2, 0))
        sky = _in_fog(spec, planes, h, to_sun, weight) * np.float32(wanted / spec.diffuse())
        image[up] = np.moveaxis(sky, 0, 2)
    image *= np.float32(WATTS_PER_UNIT / spec.watts_per_unit())
    return np.clip(image, 0, BRIGHTEST, out=image)


def _luminance(planes: np.ndarray) -> np.ndarray:
    """(rows, columns) luminance of (3, rows, columns) red, green and blue."""
    red, green, blue = LUMINANCE.astype(np.float32)
    return red * planes[0] + green * planes[1] + blue * planes[2]


def _computed(
    spec: Spec, height: np.ndarray, azimuth: np.ndarray, to_sun: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Radiance (3, rows, columns) of the sky and its clouds above any fog, at heights (rows,) above the horizon."""
    h = height[:, None]
    sun_h, sun_a = math.radians(spec.sun_elevation_deg), math.radians(spec.sun_azimuth_deg)
    clear = _cloudless(spec, height, azimuth - np.float32(sun_a), weight)
    if spec.cloud_oktas / 8 < 0.02:
        return clear
    clouds, light = _clouds(spec, h, azimuth, to_sun)
    gaps = 1 - clouds
    seen = float((_luminance(clear) * gaps * weight).sum())
    wanted = max(spec.cloudy_diffuse() - seen, 0.05 * spec.cloudy_diffuse())
    clouds *= light
    got = float((clouds * weight).sum())
    # broken cloud scatters at most about as much as a sunlit white surface
    lit = spec.clear_sun() * max(math.sin(sun_h), 0.2) + spec.clear_diffuse() + 3 * spec.city_glow()
    level = min(wanted / got, lit / math.pi) if got > 1e-6 else 0.0

    grey = np.clip(light / max(float(light.max()), 1e-6), 0, 1, out=light)
    n = spec.cloud_oktas / 8
    dark = float(smoothstep(0.0, -4.0, np.array(spec.sun_elevation_deg)))
    by_city = min(spec.city_glow() / max(spec.cloudy_diffuse(), 1e-12), 1.0)
    warm = np.array(sun_colour(spec)) ** (0.6 * (1 - 0.6 * dark))
    closed = np.array([1.0, 1.0, 1.0]) + dark * np.array([-0.12, 0.0, 0.22])
    closed = closed * (1 - by_city) + CITY_RGB * by_city
    cold = np.array([0.93, 1.0, 1.10])
    shade = 0.35 + 0.65 * grey
    for plane, first, last in zip(clear, cold, warm * (1 - n) + closed * n, strict=True):
        plane *= gaps
        plane += level * clouds * (first + (last - first) * shade)
    return clear


def _cloudless(spec: Spec, height: np.ndarray, from_sun: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Radiance (3, rows, columns) of the sky without clouds: sunlight scattered in it, and the glow of the city."""
    radiance = np.zeros((3, len(height), len(from_sun)), np.float32)
    if spec.sun_elevation_deg > -16:
        radiance = clear_sky(height, from_sun, math.radians(spec.sun_elevation_deg), spec.turbidity)
        radiance *= spec.clear_diffuse() / max(float((_luminance(radiance) * weight).sum()), 1e-12)
    # a dome of light, brightest along the horizon (Kocifaj 2007 gives three to six times the zenith's)
    dome = (1 + 4 * np.exp(-height / math.radians(12)))[:, None] * CITY_RGB
    clear_glow = math.pi * spec.sky_glow_cd_m2 / LUX_PER_UNIT
    dome *= clear_glow / float((dome @ LUMINANCE @ weight).sum() * len(from_sun))
    radiance += dome.T[..., None].astype(np.float32)
    return radiance


def _in_fog(spec: Spec, sky: np.ndarray, h: np.ndarray, to_sun: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The sky (3, rows, columns) as it looks from below a layer of fog or haze: evened out, brighter towards the sun,
    dimmer. `sky` is changed."""
    depth = spec.air_depth()
    even = 1 - math.exp(-depth / 1.5)
    if even > 1e-6:
        risen = float(smoothstep(-2.0, 3.0, np.array(spec.sun_elevation_deg))) * spec.sun_clear
        shape = (0.75 + 0.25 * np.sin(h)) * np.ones_like(to_sun)
        if risen > 0:
            shape *= 1 + risen * (1.2 * np.exp((to_sun - 1) * 5) + 2 * np.exp((to_sun - 1) * 40))
        colour = np.array([float((plane * weight).sum()) for plane in sky])
        colour = colour / max(float(colour @ LUMINANCE), 1e-12)
        colour = colour * 0.4 + 0.6
        shape *= even * spec.diffuse() / float((shape * weight).sum())
        sky *= 1 - even
        for plane, share in zip(sky, colour, strict=True):
            plane += shape * share
    sky *= spec.diffuse() / max(float((_luminance(sky) * weight).sum()), 1e-12)
    return sky


def _clouds(spec: Spec, h: np.ndarray, azimuth: np.ndarray, to_sun: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cover 0..1, relative radiance) over the upper half, (rows, columns) each."""
    n = spec.cloud_oktas / 8
    fields = _cloud_fields(spec.cloud_seed)
    # a curved layer of cloud: distance along the ground in cloud heights, never infinite
    distance = np.cos(h) / (np.sin(h) + 0.07)
    x, y = distance * np.cos(azimuth[None]), distance * np.sin(azimuth[None])
    sun_a = math.radians(spec.sun_azimuth_deg)
    # far clouds are seen at a grazing angle: the smoother fields avoid aliasing
    level = np.clip(np.log2(np.maximum(distance[:, 0], 1e-3) / 1.1), 0, len(fields) - 1.001)
    here = _look_up(fields, level, x, y)
    relief = here - _look_up(fields, level, x + 0.22 * math.cos(sun_a), y + 0.22 * math.sin(sun_a))
    np.clip(relief, -1.2, 1.2, out=relief)
    threshold = float(np.quantile(fields[0], 1 - min(n, 0.999)))
    slant = 0.25 * np.minimum(distance, 6) * min(1.0, 4 * n) * 0.35
    thick = np.maximum(here + (slant - threshold), 0)
    cover = smoothstep(0.0, 0.32 + 0.4 * (1 - n), thick)
    # near the horizon single clouds merge into one bank
    cover += (min(1.0, 1.3 * n) - cover) * smoothstep(math.radians(7), math.radians(1), h)
    if n > 0.8:
        closed = float(smoothstep(0.8, 0.97, np.array(n)))
        cover += (1 - cover) * closed
    mood = float(smoothstep(0.45, 0.95, np.array(n)))
    light = np.zeros_like(cover)
    if mood < 1:
        glow = 1.2 * np.exp((to_sun - 1) * 9) + 0.35 * np.exp((to_sun - 1) * 2.2)
        edge = np.exp(-1.3 * thick)
        sunny = (0.50 + 0.50 * edge) * (1 + glow * (0.35 + edge)) * (1 + 0.30 * relief)
        light += np.maximum(sunny, 0.05) * (1 - mood)
    if mood > 0:
        overcast = (1 + 2 * np.sin(h)) / 3
        dull = overcast * (1 + 0.10 * here - 0.10 * relief) * (1 + 0.25 * np.exp((to_sun - 1) * 3))
        light += np.maximum(dull, 0.05) * (mood * 0.8)
    return cover, light


def _cloud_fields(seed: int) -> np.ndarray:
    """Tileable cloud thickness (5, n, n), each smoother than the one before; mean 0, std about 1."""
    size = 512
    spectrum = spectral_noise(size, 1.75, seed, 2) + np.float32(0.18) * spectral_noise(size, 1.0, seed + 1, 24)
    spectrum = spectrum_of(spectrum / spectrum.std())
    f = frequencies(size)
    return np.stack([field_of(spectrum, np.exp(-((f / c) ** 2))) for c in (160.0, 80.0, 40.0, 20.0, 10.0)])


def _look_up(fields: np.ndarray, level: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Linear look-up in tiles of `CLOUD_TILE` cloud heights, between the two nearest resolutions.

    Args:
        fields: (levels, n, n), tileable. level: (rows,), descending. x, y: (rows, columns) in cloud heights.
    """
    size = fields.shape[1]
    u, v = ((place / CLOUD_TILE % 1 * size).astype(np.float32) for place in (x, y))
    found = np.empty_like(u)
    low = level.astype(int)
    for k in np.unique(low):
        rows, share = low == k, (level - k)[low == k][:, None].astype(np.float32)
        a, b = (
            cv2.remap(np.pad(fields[m], (0, 1), "wrap"), u[rows], v[rows], cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
            for m in (k, k + 1)
        )
        found[rows] = a + share * (b - a)
    return found


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
