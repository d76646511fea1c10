"""The one reader and the one writer of frame.json."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from blender_synth.errors import FrameError
from blender_synth.frames.meta import (
    FRAME_VERSION,
    Amodal,
    FrameMeta,
    InstanceRow,
    Licence,
    Medium,
    MirrorRow,
    ObjectRow,
    PersonRow,
    ReflectionRow,
)
from blender_synth.optics.mirror_shapes import CurvedPart
from blender_synth.validation import allowed

FILE = "frame.json"
RENDER_AGAIN = "delete the frame's folder and render again"
_ADAPTER = TypeAdapter(FrameMeta)
_PERSON_KEYS = (
    "position_m", "heading_deg", "bounds_m", "box_m", "amodal", "keypoints_m", "keypoint_depths_m", "reflections",
)  # fmt: skip
_NOT_IN_FILE = ("person", "mirror", "shape", "plane", "sphere", "cylinder")
"""Levels of the dataclasses that an instance's row of the file does not have."""


def read_meta(path: Path) -> FrameMeta:
    """Read and check a frame.json.

    Raises:
        FrameError: the file is missing, damaged, of another version, or a key is missing or has a wrong value.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FrameError("a file of the frame is missing", file=path, hint=RENDER_AGAIN) from None
    except (OSError, ValueError) as error:
        raise FrameError(f"the file is not readable as JSON ({error})", file=path, hint=RENDER_AGAIN) from None
    if not isinstance(data, dict) or data.get("frame_version") != FRAME_VERSION:
        raise FrameError(
            "the frame is of another version",
            file=path,
            key="frame_version",
            value=data.get("frame_version") if isinstance(data, dict) else None,
            hint=f"version {FRAME_VERSION} is read here; {RENDER_AGAIN}",
        )
    if isinstance(data.get("instances"), list):
        data["instances"] = [_nested_row(row) for row in data["instances"]]
    try:
        return _ADAPTER.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = _key(first["loc"])
        if first["type"] == "missing":
            raise FrameError("a key is missing", file=path, key=key, hint=RENDER_AGAIN) from None
        raise FrameError(
            f"a value is wrong: {allowed(first)}", file=path, key=key, value=_short(first["input"]), hint=RENDER_AGAIN
        ) from None


def write_meta(path: Path, meta: FrameMeta) -> None:
    """Write a frame.json: one line per top-level key and per instance, so that a person can read it."""
    lines = []
    for key, value in to_plain(meta).items():
        if key == "instances":
            rows = ",\n  ".join(json.dumps(row) for row in value)
            lines.append(f'"{key}": [\n  {rows}\n ]')
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    path.write_text("{\n " + ",\n ".join(lines) + "\n}\n", encoding="utf-8")


def to_plain(meta: FrameMeta) -> dict[str, Any]:
    """The content of frame.json as plain lists, numbers and mappings, in the order of the file."""
    camera, pair = meta.camera, meta.pair
    return {
        "frame_version": FRAME_VERSION,
        "frame_index": meta.frame_index,
        "scene_group": meta.scene_group,
        **({} if pair is None else {"pair": {"role": pair.role, "frame_index": pair.frame_index}}),
        "camera": {
            "width_px": camera.width_px,
            "height_px": camera.height_px,
            "k": camera.k,
            "world_from_camera": camera.world_from_camera,
        },
        "instances": [_row(row) for row in meta.instances],
        "categories": meta.categories,
        "mirror_slots": meta.mirror_slots,
        "medium": _medium(meta.medium),
        "licences": [_licence(licence) for licence in meta.licences],
        "versions": dict(meta.versions),
        "accept": {"satisfied": meta.accept.satisfied, "missing": meta.accept.missing},
        **({} if meta.refined is None else {"refined": dataclasses.asdict(meta.refined)}),
        **({"seconds": dict(meta.seconds)} if meta.seconds else {}),
        "spec": dict(meta.spec),
    }


def _nested_row(row: Any) -> Any:
    """An instance's flat row of the file, nested as `InstanceRow` is."""
    if not isinstance(row, Mapping):
        return row
    nested = {key: row[key] for key in ("instance_id", "category", "name", "object") if key in row}
    if "amodal" in row:
        nested["person"] = {key: row[key] for key in _PERSON_KEYS if key in row}
    if "mirror_kind" in row:
        shape: dict[str, Any] = {"curved": row.get("curved", ())}
        if "plane_point_m" in row:
            shape["plane"] = {"point_m": row["plane_point_m"], "normal": row.get("plane_normal")}
        nested["mirror"] = {"mirror_kind": row["mirror_kind"], "surface": row.get("surface"), "shape": shape}
    return nested


def _row(row: InstanceRow) -> dict[str, Any]:
    plain: dict[str, Any] = {"instance_id": row.instance_id, "category": row.category, "name": row.name}
    if row.person is not None:
        plain |= _person(row.person)
    if row.mirror is not None:
        plain |= _mirror(row.mirror)
    if row.object is not None:
        plain["object"] = _object(row.object)
    return plain


def _person(person: PersonRow) -> dict[str, Any]:
    plain: dict[str, Any] = {
        key: value
        for key, value in (
            ("position_m", person.position_m),
            ("heading_deg", person.heading_deg),
            ("bounds_m", person.bounds_m),
            ("box_m", person.box_m),
        )
        if value is not None
    }
    plain["amodal"] = _amodal(person.amodal)
    if person.keypoints_m is not None:
        plain["keypoints_m"] = dict(person.keypoints_m)
    if person.keypoint_depths_m is not None:
        plain["keypoint_depths_m"] = dict(person.keypoint_depths_m)
    plain["reflections"] = _reflections(person.reflections)
    return plain


def _object(row: ObjectRow) -> dict[str, Any]:
    return {
        "position_m": row.position_m,
        "heading_deg": row.heading_deg,
        "box_m": row.box_m,
        "amodal": _amodal(row.amodal),
        "reflections": _reflections(row.reflections),
    }


def _reflections(rows: Iterable[ReflectionRow]) -> list[dict[str, Any]]:
    return [{"via": entry.via, "amodal": _amodal(entry.amodal)} for entry in rows]


def _mirror(mirror: MirrorRow) -> dict[str, Any]:
    plain: dict[str, Any] = {"mirror_kind": mirror.mirror_kind, "surface": mirror.surface}
    if mirror.shape.plane is not None:
        plain |= {"plane_point_m": mirror.shape.plane.point_m, "plane_normal": mirror.shape.plane.normal}
    if mirror.shape.curved:
        plain["curved"] = [_part(part) for part in mirror.shape.curved]
    return plain


def _part(part: CurvedPart) -> dict[str, Any]:
    if part.shape == "sphere":
        return {
            "shape": part.shape,
            "centre_m": part.centre_m,
            "radius_m": part.radius_m,
            "axis": part.axis,
            "cap_cos": part.cap_cos,
        }
    return {
        "shape": part.shape,
        "base_m": part.base_m,
        "axis": part.axis,
        "radius_m": part.radius_m,
        "height_m": part.height_m,
    }


def _amodal(amodal: Amodal | None) -> dict[str, Any] | None:
    if amodal is None:
        return None
    return {"amodal_px": amodal.amodal_px, "truncation": amodal.truncation, "rle": amodal.rle.coco()}


def _medium(medium: Medium) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "mor_m": medium.mor_m,
        "kind": medium.kind,
        "fog_height_m": medium.fog_height_m,
        "top_m": medium.top_m,
        "watts_per_unit": medium.watts_per_unit,
    }
    if medium.horizon_rgb is not None:
        plain["horizon_rgb"] = medium.horizon_rgb
    if medium.lamps_rgb is not None:
        plain |= {"lamps_rgb": medium.lamps_rgb, "lamps_top_m": medium.lamps_top_m}
    return plain | ({"indoors": True} if medium.indoors else {})


def _licence(licence: Licence) -> dict[str, str]:
    return {
        "name": licence.name,
        "licence": licence.licence,
        "author": licence.author,
        "source": licence.source,
    }


def _key(location: tuple[int | str, ...]) -> str:
    """A pydantic location as a key of the file, such as ``instances[3].amodal.rle``."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        elif part not in _NOT_IN_FILE:
            key += f".{part}" if key else part
    return key


def _short(value: object) -> object:
    """A value for an error message."""
    text = repr(value)
    return value if len(text) <= 200 else text[:200] + " ..."
