"""Cycles: the device, and the settings of the picture."""

from __future__ import annotations

from pathlib import Path

import bpy

from blender_synth.errors import DeviceError
from blender_synth.frames.raw_frame import MAX_BOUNCES, raise_if_full
from blender_synth.settings import RenderSettings

_BEST_FIRST = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")


def devices() -> dict[str, list[str]]:
    """Names of the devices that Cycles can render on, by type (``"CPU"``, ``"CUDA"`` ...)."""
    preferences = bpy.context.preferences.addons["cycles"].preferences
    found: dict[str, list[str]] = {"CPU": []}
    for kind in (entry[0] for entry in preferences.get_device_types(bpy.context)):
        if kind == "NONE":
            continue
        for device in preferences.get_devices_for_type(kind):
            names = found.setdefault(device.type, [])
            if device.name not in names:
                names.append(device.name)
    return found


def choose_device(wanted: str) -> tuple[str, str]:
    """The device type to use and a name to show.

    Args:
        wanted: a value of `render.device`.

    Raises:
        DeviceError: this machine does not have it; the message lists what it has.
    """
    found = devices()
    if wanted == "auto":
        kind = next((kind for kind in _BEST_FIRST if found.get(kind)), "CPU")
    else:
        kind = wanted.upper()
        if kind not in found or (kind != "CPU" and not found[kind]):
            available = "; ".join(
                f"{k.lower()} ({', '.join(names)})" for k, names in found.items() if names or k == "CPU"
            )
            raise DeviceError(
                "this machine has no such device",
                key="render.device",
                value=wanted,
                hint=f"use auto or one of: {available}",
            )
    return kind, ", ".join(found[kind]) or kind


def use_device(scene: bpy.types.Scene, kind: str) -> None:
    """Render `scene` on all devices of a type. Needed after every reset, which clears the preferences too."""
    if kind == "CPU":
        scene.cycles.device = "CPU"
        return
    preferences = bpy.context.preferences.addons["cycles"].preferences
    preferences.compute_device_type = kind
    preferences.get_devices_for_type(kind)
    for device in preferences.devices:
        device.use = device.type == kind
    scene.cycles.device = "GPU"


def apply_picture_settings(scene: bpy.types.Scene, settings: RenderSettings, seed: int) -> None:
    """All settings of the picture's render.

    Mirrors are correct for any `max_bounces`: glossy and transmitted light may bounce as often as the label pass
    follows it, and once more to what is shown.
    """
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    render.resolution_x, render.resolution_y, render.resolution_percentage = settings.width_px, settings.height_px, 100
    render.use_persistent_data = True
    render.use_compositing = render.use_sequencer = False
    render.film_transparent = False
    if settings.threads:
        render.threads_mode, render.threads = "FIXED", settings.threads
    image = render.image_settings
    # read and written anew, compressed, by `glass_light`
    image.file_format, image.color_mode, image.color_depth, image.exr_codec = "OPEN_EXR", "RGB", "16", "NONE"
    cycles.seed = seed & 0x7FFFFFFF
    cycles.samples = settings.samples
    cycles.use_adaptive_sampling = settings.adaptive_threshold > 0
    cycles.adaptive_threshold = settings.adaptive_threshold
    cycles.use_denoising = settings.denoise
    if settings.denoise:
        cycles.denoiser = "OPENIMAGEDENOISE"
        cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
        cycles.denoising_prefilter = settings.denoise_prefilter.upper()
    cycles.max_bounces = max(settings.max_bounces, MAX_BOUNCES + 2)
    cycles.diffuse_bounces = min(settings.max_bounces, 3)
    cycles.glossy_bounces = cycles.transmission_bounces = cycles.max_bounces
    cycles.max_bounces += cycles.volume_bounces  # 0 unless the air is a volume
    cycles.transparent_max_bounces = max(16, cycles.transparent_max_bounces)  # falling rain needs more
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.blur_glossy = 1.0
    cycles.use_light_tree = _has_lamps(scene)


def _has_lamps(scene: bpy.types.Scene) -> bool:
    """Whether anything but sun and sky is sampled as a light. Without, the light tree costs a tenth of the time and
    changes nothing (`make bench-quality`)."""
    if any(obj.type == "LIGHT" and obj.data.type != "SUN" for obj in scene.objects):
        return True
    return any(
        material.cycles.emission_sampling != "NONE" and _emits(material.node_tree)
        for obj in scene.objects
        for material in (slot.material for slot in obj.material_slots)
        if material is not None
    )


def _emits(tree: bpy.types.NodeTree | None) -> bool:
    """Whether a material may emit light: it has an emission node, or a principled one with strength."""
    for node in tree.nodes if tree is not None else ():
        if node.type == "EMISSION" or (node.type == "GROUP" and _emits(node.node_tree)):
            return True
        if node.type == "BSDF_PRINCIPLED":
            strength = node.inputs["Emission Strength"]
            if strength.is_linked or strength.default_value > 0:
                return True
    return False


def render_picture(scene: bpy.types.Scene, path: Path) -> None:
    """Render the scene's radiance into an EXR: R G B, half float, clamped by Blender to half's range."""
    scene.render.filepath = str(path)
    try:
        bpy.ops.render.render(write_still=True)
    except RuntimeError:  # Blender only reports that it could not write (4.5)
        raise_if_full(path.parent)
        raise
    if not path.exists():
        raise_if_full(path.parent)
