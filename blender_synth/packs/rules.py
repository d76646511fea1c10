"""The rules of `assets check`. A rule takes an `ItemReport` and yields findings; `judge` applies all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from blender_synth.packs.report import Finding, ItemReport, MeshReport, Severity

Rule = Callable[[ItemReport], Iterator[Finding]]

SMALLEST_M, LARGEST_M = 0.03, 40.0
"""Range of the longest side of any item."""
FAR_OFF = 3.0
"""A size this many times outside the usual range is an error; less is a warning."""
USUAL_M = {
    "person": (0.5, 2.3), "pedestrian": (0.5, 2.3), "child": (0.5, 1.8), "dog": (0.2, 1.6),
    "bench": (0.9, 4.0), "chair": (0.5, 1.6), "stool": (0.3, 1.2), "sofa": (0.9, 4.0), "armchair": (0.6, 1.5),
    "table": (0.3, 4.0), "desk": (0.6, 3.0), "bed": (1.2, 2.8), "shelf": (0.3, 4.0), "wardrobe": (0.8, 3.5),
    "bin": (0.3, 2.2), "trash_can": (0.3, 2.2), "bollard": (0.3, 1.6), "hydrant": (0.4, 1.5), "planter": (0.25, 4.0),
    "plant": (0.1, 5.0), "tree": (1.0, 30.0), "bush": (0.2, 4.0), "lamp": (0.2, 12.0), "street_lamp": (2.0, 14.0),
    "sign": (0.2, 6.0), "traffic_light": (1.0, 8.0), "traffic_cone": (0.2, 1.2), "cone": (0.2, 1.2),
    "barrier": (0.5, 6.0), "fence": (0.5, 12.0), "mailbox": (0.3, 2.2), "letter_box": (0.3, 2.2),
    "kiosk": (1.5, 8.0), "bus_stop": (1.8, 14.0), "shelter": (1.8, 14.0),
    "car": (2.2, 6.5), "van": (3.0, 8.0), "truck": (3.5, 20.0), "bus": (5.0, 20.0), "motorcycle": (1.2, 2.8),
    "scooter": (0.8, 2.4), "bicycle": (0.9, 2.2), "bike": (0.9, 2.2), "wheelchair": (0.7, 1.5), "pram": (0.5, 1.5),
    "bag": (0.1, 1.0), "suitcase": (0.3, 1.1), "umbrella": (0.2, 1.8), "parasol": (0.5, 5.0),
    "bottle": (0.08, 0.5), "mirror": (0.1, 6.0),
}  # fmt: skip
"""Usual range of the longest side, by category, tag or a word of the item's name."""
UPRIGHT = {
    "person", "pedestrian", "child", "bollard", "hydrant", "street_lamp", "tree", "traffic_light", "traffic_cone",
    "cone", "bottle",
}  # fmt: skip
"""Objects that are taller than wide."""
UNITS = {"centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254, "metres, read as centimetres": 100.0}
MANY_TRIANGLES, FAR_TOO_MANY_TRIANGLES = 200_000, 2_000_000
LARGE_IMAGE_PX, HUGE_IMAGE_PX = 4096, 16384
RIGS = {
    "Mixamo": ("hips", "spine", "head", "leftarm", "rightarm", "leftupleg", "rightupleg", "leftfoot", "rightfoot"),
    "Rigify or Blender's human": (
        "spine", "head|spine.006", "upper_arm.l", "upper_arm.r", "thigh.l", "thigh.r", "foot.l", "foot.r",
    ),
    "Unreal or MakeHuman game": (
        "pelvis", "spine_01", "head", "upperarm_l", "upperarm_r", "thigh_l", "thigh_r", "foot_l", "foot_r",
    ),
    "MakeHuman": (
        "root", "spine05", "head", "upperarm01.l", "upperarm01.r", "upperleg01.l", "upperleg01.r", "foot.l", "foot.r",
    ),
    "CMU": ("hips", "spine", "head", "leftarm", "rightarm", "leftupleg", "rightupleg", "leftfoot", "rightfoot"),
}  # fmt: skip
"""Bones that identify a human skeleton, in lower case, without a prefix up to a colon; `|` separates alternatives."""


def judge(report: ItemReport) -> list[Finding]:
    """All findings about an item, the loader's problems first."""
    found = chain(report.found, *(rule(report) for rule in RULES))
    return [replace(f, file=f.file or report.file, item=f.item or report.name) for f in found]


def absurd_size(report: ItemReport) -> Iterator[Finding]:
    """The longest side is outside the range that is usual for such an object."""
    size = report.size_m
    if size is None:
        return
    longest = max(size)
    word, (low, high) = usual_range(report)
    if low <= longest <= high:
        return
    off = low / longest if longest < low else longest / high
    severity: Severity = "error" if off >= FAR_OFF or not SMALLEST_M <= longest <= LARGEST_M else "warning"
    guess = unit_of(longest, (low, high))
    hint = "set height_m, size_m or scale in the manifest, or model it at its real size"
    if guess and not report.sized:
        unit, factor = guess
        hint = (
            f"the file seems to be in {unit}: set `scale: {factor:g}` in the manifest, or apply that scale and export"
        )
    span = f"{_metres(low)} to {_metres(high)}"
    usual = f"usual for {word!r} is {span}" if word else f"items are {span} long"
    yield Finding("absurd_size", severity, f"its longest side is {_metres(longest)}; {usual}", hint)


def wrong_up_axis(report: ItemReport) -> Iterator[Finding]:
    """The object lies on its side, judged by its shape or by the position of its origin."""
    size, box = report.size_m, report.box_m
    if size is None or box is None or min(size) <= 0:
        return
    hint = f"set up_axis in the manifest (it is {report.up_axis})" if report.up_axis else "set up_axis in the manifest"
    hint += ", or turn it upright in the file and apply the rotation"
    words = _words(report) & UPRIGHT
    if words and size[2] < 0.9 * max(size[:2]):
        shape = f"{_metres(max(size[:2]))} long and {_metres(size[2])} high"
        text = f"a {sorted(words)[0]} stands upright, but this one is {shape}"
        yield Finding("wrong_up_axis", "error", text, hint)
        return
    low, high = box
    extent = [h - lo for lo, h in zip(low, high, strict=True)]
    middle = [abs(lo + h) / 2 < 0.06 * e for lo, h, e in zip(low, high, extent, strict=True)]
    ends = [min(abs(lo), abs(h)) < 0.02 * e for lo, h, e in zip(low, high, extent, strict=True)]
    if (
        "wall" not in report.stands
        and middle[2]
        and not ends[2]
        and ends[0] + ends[1] == 1
        and middle[0] + middle[1] == 1
    ):
        text = "its origin is at one of its ends, but not at the lower one: it seems to lie on its side"
        yield Finding("wrong_up_axis", "warning", text, hint)


def origin_not_at_feet(report: ItemReport) -> Iterator[Finding]:
    """The origin is not below the middle of the object. It matters only with `origin: file`."""
    size, box = report.size_m, report.box_m
    if size is None or box is None or report.kind == "mirror":
        return
    low, high = ([v * s for v, s in zip(corner, report.scale, strict=True)] for corner in box)
    reach = max(0.05, 0.1 * max(size))
    above = low[2]
    aside = max(abs(low[1] + high[1]) / 2, 0 if "wall" in report.stands else abs(low[0] + high[0]) / 2)
    if abs(above) > max(0.01, 0.03 * size[2]):
        where = f"{_metres(abs(above))} {'below its base' if above > 0 else 'above its base'}"
    elif aside > reach:
        where = f"{_metres(aside)} away from its middle"
    else:
        return
    hint = "place its base on the world's origin and apply all transforms (Ctrl A)"
    if report.origin == "file":
        yield Finding(
            "origin_not_at_feet", "error", f"its origin is {where}, and the manifest says `origin: file`", hint
        )
    else:
        hint += "; until then its bounding box decides (`origin: foot`)"
        yield Finding("origin_not_at_feet", "warning", f"its origin is {where}", hint)


def negative_scale(report: ItemReport) -> Iterator[Finding]:
    """Mirrored objects: text on them is reversed, and other programs show their faces from inside."""
    for mesh in report.meshes:
        if mesh.mirrored:
            yield Finding(
                "negative_scale", "warning", f"its scale is negative ({_numbers(mesh.scale)})",
                "apply the scale (Ctrl A), then recalculate normals outside (Shift N)", object=mesh.name,
            )  # fmt: skip


def unapplied_transforms(report: ItemReport) -> Iterator[Finding]:
    """Scales that were not applied, and rotations of objects without a parent."""
    for mesh in report.meshes:
        size = [abs(s) for s in mesh.scale]
        scaled = max(abs(s - 1) for s in size) > 0.01
        turned = mesh.root and not mesh.mirrored and max(abs(a) for a in mesh.rotation_deg) > 0.5
        if scaled and not mesh.mirrored:
            even = max(size) - min(size) < 0.01 * max(size)
            text = f"its scale of {_numbers(mesh.scale)} was not applied"
            text += "" if even else "; it also stretches bevels and textures"
            yield Finding("unapplied_transforms", "warning", text, "apply the scale (Ctrl A)", object=mesh.name)
        if turned:
            text = f"its rotation of {_numbers(mesh.rotation_deg)} degrees was not applied"
            yield Finding("unapplied_transforms", "warning", text, "apply the rotation (Ctrl A)", object=mesh.name)


def non_manifold_glass(report: ItemReport) -> Iterator[Finding]:
    """Glass without a defined inside: light is refracted when it enters, but not when it leaves."""
    for mesh in report.meshes:
        if not mesh.glass:
            continue
        if mesh.crowded_edges:
            yield Finding(
                "non_manifold_glass", "error", f"{mesh.crowded_edges} edges of the glass have more than two faces",
                "delete inner and duplicate faces (Select > All by Trait > Non Manifold shows them)", object=mesh.name,
            )  # fmt: skip
        elif mesh.open_edges:
            sheet = "it is a sheet without thickness" if mesh.sheet else f"{mesh.open_edges} of its edges are open"
            yield Finding(
                "non_manifold_glass", "warning" if mesh.sheet else "error", f"the glass is not closed: {sheet}",
                "give it thickness (a Solidify modifier of some millimetres) or close the holes", object=mesh.name,
            )  # fmt: skip


def flipped_normals(report: ItemReport) -> Iterator[Finding]:
    """Normals that point inwards."""
    hint = "recalculate normals outside (edit mode, select all, Shift N)"
    for mesh in report.meshes:
        if mesh.inside_out:
            parts = f"{mesh.inside_out} closed parts of it are" if mesh.inside_out > 1 else "it is"
            severity: Severity = "error" if mesh.glass else "warning"  # opaque faces look the same from both sides
            yield Finding("flipped_normals", severity, f"{parts} inside out", hint, object=mesh.name)
        elif mesh.disagreeing_edges:
            text = f"the normals of the faces at {mesh.disagreeing_edges} edges point to different sides"
            yield Finding("flipped_normals", "warning", text, hint, object=mesh.name)


def zero_area_faces(report: ItemReport) -> Iterator[Finding]:
    """Faces that have collapsed to points or lines."""
    for mesh in report.meshes:
        if mesh.zero_area:
            mostly = 2 * mesh.zero_area > mesh.triangles
            yield Finding(
                "zero_area_faces", "error" if mostly else "warning", f"{mesh.zero_area} of its faces have no area",
                "Mesh > Clean Up > Degenerate Dissolve", object=mesh.name,
            )  # fmt: skip


def too_many_triangles(report: ItemReport) -> Iterator[Finding]:
    """So many triangles that every scene with the item is slow."""
    if report.triangles > MANY_TRIANGLES:
        severity: Severity = "error" if report.triangles > FAR_TOO_MANY_TRIANGLES else "warning"
        largest = max(report.meshes, key=lambda mesh: mesh.triangles)
        text = f"it has {report.triangles:,} triangles; {MANY_TRIANGLES:,} are enough"
        hint = "use a Decimate modifier or fewer subdivisions; use a normal map for small relief"
        yield Finding("too_many_triangles", severity, text, hint, object=largest.name)


def no_uv(report: ItemReport) -> Iterator[Finding]:
    """Image textures on meshes without a UV map."""
    for mesh in report.meshes:
        if mesh.images and not mesh.uv:
            yield Finding(
                "no_uv", "error", f"it has no UV map, but its material uses the image {mesh.images[0]}",
                "unwrap it (edit mode, U)", object=mesh.name,
            )  # fmt: skip


def no_material(report: ItemReport) -> Iterator[Finding]:
    """Meshes without a material, which will be grey."""
    for mesh in report.meshes:
        if not mesh.materials:
            yield Finding(
                "no_material", "warning", "it has no material and will be plain grey", "give it one", object=mesh.name
            )


def huge_textures(report: ItemReport) -> Iterator[Finding]:
    """Images larger than any picture can show."""
    for image in report.images:
        longest = max(image.width_px, image.height_px)
        if longest > LARGE_IMAGE_PX:
            severity: Severity = "error" if longest > HUGE_IMAGE_PX else "warning"
            text = f"the image {image.name} has {image.width_px} x {image.height_px} pixels"
            hint = f"scale it down to {LARGE_IMAGE_PX} or less; 2048 is enough for most items"
            yield Finding("huge_texture", severity, text, hint, object=image.name)


def unknown_rig(report: ItemReport) -> Iterator[Finding]:
    """People whose joints cannot be identified, and other items with a skeleton."""
    for skeleton in report.skeletons:
        if report.kind != "person":
            text = f"a {report.kind} is not posed; its skeleton is ignored and it keeps the pose of the file"
            hint = "apply the Armature modifier and delete the skeleton"
            yield Finding("rig_on_prop", "warning", text, hint, object=skeleton.name)
        elif rig_of(skeleton.bones) is None and not report.keypoints:
            text = f"its {len(skeleton.bones)} bones follow no known naming scheme ({', '.join(RIGS)})"
            hint = "rename its bones after one of these, or write the 17 keypoints into the manifest"
            yield Finding("unknown_rig", "warning", text, hint, object=skeleton.name)


def rig_of(bones: tuple[str, ...]) -> str | None:
    """The name of the known rig with these bones, None if there is none."""
    names = {bone.rsplit(":", 1)[-1].lower() for bone in bones}
    for rig, wanted in RIGS.items():
        if all(set(alternatives.split("|")) & names for alternatives in wanted):
            return rig
    return None


def no_shape(report: ItemReport) -> Iterator[Finding]:
    """A file without a visible mesh."""
    if (
        report.kind in ("prop", "person")
        and not report.triangles
        and not any(f.severity == "error" for f in report.found)
    ):
        yield Finding("no_mesh", "error", "the file shows no mesh", "export it again with its meshes in the scene")


RULES: tuple[Rule, ...] = (
    no_shape, absurd_size, wrong_up_axis, origin_not_at_feet, negative_scale, unapplied_transforms, non_manifold_glass,
    flipped_normals, zero_area_faces, too_many_triangles, no_uv, no_material, huge_textures, unknown_rig,
)  # fmt: skip


def _words(report: ItemReport) -> set[str]:
    """Kind, category, tags and the words of the item's name."""
    names = {report.kind, report.category, *report.tags, report.name.lower()}
    return names | {word for name in names for word in name.replace("-", "_").replace(" ", "_").split("_")}


def unit_of(longest_m: float, usual_m: tuple[float, float]) -> tuple[str, float] | None:
    """The unit that a file seems to be in, and the scale to metres, if the longest side would then be usual."""
    return next(((unit, f) for unit, f in UNITS.items() if usual_m[0] <= longest_m * f <= usual_m[1]), None)


def usual_range(report: ItemReport) -> tuple[str, tuple[float, float]]:
    """The word that identifies the object ("" for none), and the usual range of its longest side in metres."""
    for names in ({report.name.lower()}, {report.kind}, {report.category}, set(report.tags), _words(report)):
        known = sorted(name for name in names if name in USUAL_M)
        if known:
            ranges = [USUAL_M[name] for name in known]
            return known[0], (min(low for low, _ in ranges), max(high for _, high in ranges))
    return "", (SMALLEST_M, LARGEST_M)


def _metres(length_m: float) -> str:
    if length_m < 0.01:
        return f"{length_m * 1000:.2g} mm"
    return f"{length_m * 100:.0f} cm" if length_m < 1 else f"{length_m:.4g} m"


def _numbers(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.3g}" for value in values)


__all__ = ["RIGS", "RULES", "MeshReport", "judge", "rig_of"]
