"""From a built stage to the files of a raw frame: who is seen where, and frame.json."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from pycocotools import mask as rle

from blender_synth import __version__, geometry
from blender_synth.blender.glass_light import render_with_shares
from blender_synth.blender.stage import Stage
from blender_synth.frames.raw_frame import FRAME_VERSION, decode_via, encode_via, sightings, write_exr, write_frame
from blender_synth.optics.silhouette import Silhouette, silhouette
from blender_synth.world.scene_spec import SceneSpec, spec_to_plain

_Body = tuple[np.ndarray, np.ndarray]
"""World vertices (V, 3) in metres and triangles (T, 3)."""


def seen_people(spec: SceneSpec, stage: Stage, labels: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """What the label layers show of each person: directly or through glass, and in mirrors.

    Returns:
        One entry per (person, chain of mirrors) seen: instance_id, via (mirror ids in order, empty when direct),
        visible_px and height_px (rows from the highest to the lowest pixel).
    """
    people = [person.instance_id for person in spec.people]
    rows, numbers, codes = [], [], []
    for _, ids, chains in sightings(labels):
        at = np.nonzero(np.isin(ids, people))
        rows.append(at[0])
        numbers.append(ids[at])
        codes.append(chains[at])
    rows, keys = np.concatenate(rows), np.stack([np.concatenate(numbers), np.concatenate(codes)])
    seen = []
    for number, code in np.unique(keys, axis=1).T.tolist():
        own = rows[(keys[0] == number) & (keys[1] == code)]
        seen.append(
            {
                "instance_id": number,
                "via": decode_via(code, stage.mirror_slots),
                "visible_px": len(own),
                "height_px": int(own.max() - own.min() + 1),
            }
        )
    return seen


def render_frame(
    folder: Path,
    spec: SceneSpec,
    stage: Stage,
    labels: dict[str, np.ndarray],
    credit: tuple[list[dict[str, str]], str],
    seconds: dict[str, float],
) -> dict[str, float]:
    """Render the picture and write the whole frame into `folder`.

    Labels and silhouettes are worked out and written while Cycles renders: Blender lets other threads run then (4.5),
    as long as they keep away from its data.

    Args:
        credit: licences of the assets shown, and the device's name. seconds: what went before, by stage.

    Returns:
        Seconds by stage; `files` is what the frame took beside the picture.
    """
    spent = dict(seconds)

    def fill(temporary: Path) -> None:
        start = time.perf_counter()
        bodies = {person.instance_id: stage.triangles(person.instance_id) for person in spec.people}
        with ThreadPoolExecutor(1) as side:
            files = side.submit(_label_files, temporary, spec, stage, labels, bodies)
            before = time.perf_counter()
            render_with_shares(stage, labels, temporary)
            spent["picture"] = round(time.perf_counter() - before, 3)
            instances = files.result()
        meta = _frame_meta(spec, stage, instances, credit)
        spent["files"] = round(time.perf_counter() - start - spent["picture"], 3)
        _write_meta(temporary / "frame.json", meta | {"seconds": spent, "spec": spec_to_plain(spec)})

    write_frame(folder, fill)
    return spent


def _label_files(
    folder: Path, spec: SceneSpec, stage: Stage, labels: dict, bodies: dict[int, _Body]
) -> list[dict[str, Any]]:
    write_exr(folder / "labels.exr", labels)
    return _instances(spec, stage, labels, bodies)


def _frame_meta(spec: SceneSpec, stage: Stage, instances: list[dict], credit: tuple[list[dict], str]) -> dict[str, Any]:
    camera = spec.camera
    return {
        "frame_version": FRAME_VERSION,
        "frame_index": spec.frame_index,
        **({} if spec.pair_role is None else {"pair": {"role": spec.pair_role, "frame_index": spec.frame_index ^ 1}}),
        "camera": {
            "width_px": camera.width_px,
            "height_px": camera.height_px,
            "k": camera.k().tolist(),
            "world_from_camera": camera.world_from_camera().tolist(),
        },
        "instances": instances,
        "categories": sorted({thing.category for thing in spec.labelled_instances()}),
        "mirror_slots": stage.mirror_slots,
        "medium": {"mor_m": spec.weather.mor_m, **stage.medium},
        "licences": credit[0],
        "versions": {"blender_synth": __version__, "blender": bpy.app.version_string, "device": credit[1]},
    }


def _write_meta(path: Path, meta: dict[str, Any]) -> None:
    """frame.json, one line per top-level key and per instance, so that a person can read it."""
    lines = []
    for key, value in meta.items():
        if key == "instances":
            rows = ",\n  ".join(json.dumps(row) for row in value)
            lines.append(f'"{key}": [\n  {rows}\n ]')
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    path.write_text("{\n " + ",\n ".join(lines) + "\n}\n", encoding="utf-8")


def _instances(spec: SceneSpec, stage: Stage, labels: dict, bodies: dict[int, _Body]) -> list[dict[str, Any]]:
    people = {person.instance_id: person for person in spec.people}
    planes = {mirror.instance_id: plane for mirror in spec.mirrors if (plane := mirror.plane()) is not None}
    chains: dict[int, list[list[int]]] = {}
    for entry in seen_people(spec, stage, labels):
        if entry["via"]:
            chains.setdefault(entry["instance_id"], []).append(entry["via"])
    rows = []
    for thing in spec.labelled_instances():
        row: dict[str, Any] = {"instance_id": thing.instance_id, "category": thing.category, "name": thing.name}
        if person := people.get(thing.instance_id):
            row |= {"position_m": person.position_m, "heading_deg": person.heading_deg}
            body = bodies[person.instance_id]
            vias = chains.get(person.instance_id, [])
            row |= _person(person.instance_id, body, spec.camera, stage, labels, planes, vias)
        for mirror in spec.mirrors:
            if mirror.instance_id == thing.instance_id:
                row |= _mirror(mirror) if not stage.matt else {"mirror_kind": mirror.kind, "surface": "matt"}
        rows.append(row)
    return rows


def _mirror(mirror: Any) -> dict[str, Any]:
    """What annotations need to know of a mirror: how it passes light on, and its plane or its curved parts."""
    row: dict[str, Any] = {"mirror_kind": mirror.kind, "surface": mirror.surface}
    if (plane := mirror.plane()) is not None:
        point, normal = plane
        return row | {"plane_point_m": point.tolist(), "plane_normal": normal.tolist()}
    return row | {"curved": mirror.curved()}


def _person(
    number: int, body: _Body, camera: Any, stage: Stage, labels: dict, planes: dict, chains: list[list[int]]
) -> dict[str, Any]:
    vertices, triangles = body
    pose, k, shape = camera.world_from_camera(), camera.k(), (camera.height_px, camera.width_px)
    keypoints = stage.keypoints.get(number)
    row: dict[str, Any] = {
        "bounds_m": [vertices.min(axis=0).tolist(), vertices.max(axis=0).tolist()],
        "amodal": _amodal(silhouette(vertices, triangles, pose, k, shape), _shown(labels, number, 0)),
    }
    if keypoints:
        row["keypoints_m"] = {name: [round(float(v), 5) for v in point] for name, point in keypoints.items()}
    row["reflections"] = []
    for via in chains:
        entry: dict[str, Any] = {"via": via, "amodal": None}
        if all(mirror in planes for mirror in via):
            virtual = vertices
            for mirror in reversed(via):
                virtual = geometry.mirror_points(virtual, *planes[mirror])
            shown = _shown(labels, number, encode_via(via, stage.mirror_slots))
            entry["amodal"] = _amodal(silhouette(virtual, triangles, pose, k, shape), shown)
        row["reflections"].append(entry)
    return row


def _shown(labels: dict[str, np.ndarray], number: int, code: int) -> np.ndarray:
    """Pixels (H, W) that show a person by one chain, by whatever layers."""
    return np.logical_or.reduce([(ids == number) & (codes == code) for _, ids, codes in sightings(labels)])


def _amodal(found: Silhouette | None, visible: np.ndarray) -> dict[str, Any] | None:
    """Size and mask of the whole outline. Pixels that are seen belong to it even where rounding at an edge differs."""
    if found is None:
        return None
    mask = found.mask | visible
    encoded = rle.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {
        "amodal_px": int(mask.sum()),
        "truncation": round(found.truncation, 4),
        "rle": {"size": encoded["size"], "counts": encoded["counts"].decode("ascii")},
    }
