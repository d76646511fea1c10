"""The instance table of a frame: who is seen where, amodal outlines, joints, and the shapes of mirrors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from blender_synth.blender.stage import Solid, Stage
from blender_synth.categories import is_thing
from blender_synth.frames.meta import Amodal, InstanceRow, MirrorRow, ObjectRow, PersonRow, ReflectionRow, Rle
from blender_synth.frames.raw_frame import decode_via, encode_via, id_layers
from blender_synth.frames.table import heading_rotation
from blender_synth.geometry import mirror_points
from blender_synth.optics.mirror_shapes import MirrorPlane, MirrorShape
from blender_synth.optics.silhouette import NEAR_M, Silhouette, silhouette
from blender_synth.optics.surface_distance import surface_distances
from blender_synth.optics.upright_box import upright_box
from blender_synth.world.contracts import CameraSpec, MirrorSpec, PersonSpec
from blender_synth.world.scene_spec import SceneSpec

Body = tuple[np.ndarray, np.ndarray]
"""World vertices (V, 3) in metres and triangles (T, 3)."""
Labels = Mapping[str, np.ndarray]
"""The layers of `raw_frame.LABEL_LAYERS`."""


def seen_objects(spec: SceneSpec, labels: Labels) -> list[int]:
    """Ids of the things other than people that a layer shows."""
    people = {person.instance_id for person in spec.people}
    shown = {int(number) for _, ids, _ in id_layers(labels) for number in np.flatnonzero(np.bincount(ids.ravel()))}
    return [
        labelled.instance_id
        for labelled in spec.labelled_instances()
        if labelled.instance_id in shown - people and is_thing(labelled.category)
    ]


def instance_rows(
    spec: SceneSpec, stage: Stage, labels: Labels, bodies: Mapping[int, Body], solids: Mapping[int, Solid]
) -> tuple[InstanceRow, ...]:
    """One row per labelled instance of the scene, in the order of the ids. Does not touch Blender's data.

    Args:
        bodies: meshes of the people by instance id. solids: of `seen_objects`.
    """
    people = {person.instance_id: person for person in spec.people}
    chains = _chains_by_id([*people, *solids], stage.mirror_slots, labels)
    shapes = {mirror.instance_id: _mirror_shape(mirror) for mirror in spec.mirrors}
    mirrors = {
        mirror.instance_id: MirrorRow(mirror_kind=mirror.kind, surface="matt")
        if stage.matt
        else MirrorRow(mirror_kind=mirror.kind, surface=mirror.surface, shape=shapes[mirror.instance_id])
        for mirror in spec.mirrors
    }
    rows = []
    for labelled in spec.labelled_instances():
        number = labelled.instance_id
        person = None
        if number in people:
            reflections = chains.get(number, [])
            person = _person_row(people[number], bodies[number], spec.camera, stage, labels, shapes, reflections)
        of_object = None
        if number in solids:
            of_object = _object_row(number, solids[number], spec.camera, stage, labels, shapes, chains.get(number, []))
        rows.append(
            InstanceRow(
                instance_id=number,
                category=labelled.category,
                name=labelled.name,
                person=person,
                mirror=mirrors.get(number),
                object=of_object,
            )
        )
    return tuple(rows)


def seen_people(spec: SceneSpec, stage: Stage, labels: Labels) -> list[dict[str, Any]]:
    """What the label layers show of each person: directly or through glass, and in mirrors.

    Returns:
        One entry per (person, chain of mirrors) seen: instance_id, via (mirror ids in order, empty when direct),
        visible_px and height_px (rows from the highest to the lowest pixel).
    """
    numbers, codes, rows = _visible_pixels([person.instance_id for person in spec.people], labels)
    seen = []
    for number, code in _pairs(numbers, codes):
        covered = rows[(numbers == number) & (codes == code)]
        seen.append(
            {
                "instance_id": number,
                "via": decode_via(code, stage.mirror_slots),
                "visible_px": len(covered),
                "height_px": int(covered.max() - covered.min() + 1),
            }
        )
    return seen


def _chains_by_id(wanted: Sequence[int], slots: Sequence[int], labels: Labels) -> dict[int, list[list[int]]]:
    """The chains of mirrors that show each of these people and objects, in the order of their codes."""
    numbers, codes, _ = _visible_pixels(wanted, labels)
    chains: dict[int, list[list[int]]] = {}
    for number, code in _pairs(numbers, codes):
        if code:
            chains.setdefault(number, []).append(decode_via(code, slots))
    return chains


def _visible_pixels(wanted: Sequence[int], labels: Labels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids, chain codes and picture rows, (N,) each, of every pixel of a layer that shows one of these instances."""
    numbers, codes, rows = [], [], []
    for _, ids, chains in id_layers(labels):
        is_wanted = np.zeros(int(ids.max(initial=0)) + 1, bool)
        is_wanted[[number for number in wanted if number < len(is_wanted)]] = True
        pixels = np.nonzero(is_wanted[ids])
        numbers.append(ids[pixels])
        codes.append(chains[pixels])
        rows.append(pixels[0])
    return np.concatenate(numbers), np.concatenate(codes), np.concatenate(rows)


def _pairs(numbers: np.ndarray, codes: np.ndarray) -> list[tuple[int, int]]:
    """The pairs of an id and a code that occur together, sorted."""
    joined = np.unique(numbers.astype(np.uint64) << np.uint64(32) | codes.astype(np.uint64))
    return [(pair >> 32, pair & 0xFFFFFFFF) for pair in joined.tolist()]


def _mirror_shape(mirror: MirrorSpec) -> MirrorShape:
    plane = mirror.plane()
    if plane is None:
        return MirrorShape(curved=tuple(mirror.curved()))
    point, normal = plane
    return MirrorShape(plane=MirrorPlane(tuple(point.tolist()), tuple(normal.tolist())))


def _person_row(
    person: PersonSpec,
    body: Body,
    camera: CameraSpec,
    stage: Stage,
    labels: Labels,
    shapes: Mapping[int, MirrorShape],
    chains: list[list[int]],
) -> PersonRow:
    vertices, triangles = body
    amodal, reflections = _outlines(person.instance_id, body, camera, stage, labels, shapes, chains)
    joints = stage.keypoints.get(person.instance_id)
    ahead = (vertices - np.array(person.position_m)) @ heading_rotation(person.heading_deg)
    depths_m = surface_distances(np.array(list(joints.values())), vertices, triangles) if joints else ()
    return PersonRow(
        position_m=person.position_m,
        heading_deg=person.heading_deg,
        bounds_m=(tuple(vertices.min(axis=0).tolist()), tuple(vertices.max(axis=0).tolist())),
        box_m=(_rounded(ahead.min(axis=0)), _rounded(ahead.max(axis=0))),
        amodal=amodal,
        keypoints_m={name: _rounded(point) for name, point in joints.items()} if joints else None,
        keypoint_depths_m={name: round(float(depth), 4) for name, depth in zip(joints, depths_m, strict=True)}
        if joints
        else None,
        reflections=reflections,
    )


def _object_row(
    number: int,
    solid: Solid,
    camera: CameraSpec,
    stage: Stage,
    labels: Labels,
    shapes: Mapping[int, MirrorShape],
    chains: list[list[int]],
) -> ObjectRow | None:
    vertices, triangles = solid.body()
    if not len(triangles):
        return None
    box = upright_box(vertices, solid.heading_deg)
    amodal, reflections = None, tuple(ReflectionRow(via=tuple(via)) for via in chains)
    if not solid.cut_out:
        body = (vertices, triangles)
        amodal, reflections = _outlines(number, body, camera, stage, labels, shapes, chains, whole=True)
    return ObjectRow(
        position_m=_rounded(box.position_m),
        heading_deg=round(box.heading_deg, 4),
        box_m=(_rounded(box.low_m), _rounded(box.high_m)),
        amodal=amodal,
        reflections=reflections,
    )


def _outlines(
    number: int,
    body: Body,
    camera: CameraSpec,
    stage: Stage,
    labels: Labels,
    shapes: Mapping[int, MirrorShape],
    chains: list[list[int]],
    whole: bool = False,
) -> tuple[Amodal | None, tuple[ReflectionRow, ...]]:
    """Outlines of the direct view and in each chain of mirrors.

    Args:
        whole: whether the outline of what reaches behind the camera is unknown, rather than that of its part ahead.
    """
    vertices, triangles = body
    pose, k, image_shape = camera.world_from_camera(), camera.k(), (camera.height_px, camera.width_px)

    def amodal(points: np.ndarray, code: int) -> Amodal | None:
        if whole and ((points - pose[:3, 3]) @ pose[:3, 2]).min() <= NEAR_M:
            return None
        visible = np.logical_or.reduce([(ids == number) & (codes == code) for _, ids, codes in id_layers(labels)])
        return _amodal(silhouette(points, triangles, pose, k, image_shape), visible)

    reflections = []
    for via in chains:
        virtual = _virtual_points(vertices, [shapes.get(mirror) for mirror in via])
        outline = None if virtual is None else amodal(virtual, encode_via(via, stage.mirror_slots))
        reflections.append(ReflectionRow(via=tuple(via), amodal=outline))
    return amodal(vertices, 0), tuple(reflections)


def _rounded(point_m: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 5) for value in point_m)
    return x, y, z


def _virtual_points(points_m: np.ndarray, chain: Sequence[MirrorShape | None]) -> np.ndarray | None:
    """Points (N, 3) as a chain of flat mirrors shows them; None where a mirror of it is not flat."""
    for mirror in reversed(chain):
        if mirror is None or mirror.plane is None:
            return None
        points_m = mirror_points(points_m, mirror.plane.point_m, mirror.plane.normal)
    return points_m


def _amodal(outline: Silhouette | None, visible: np.ndarray) -> Amodal | None:
    """Size and mask of the whole outline. Visible pixels belong to it even where rounding at an edge differs."""
    if outline is None:
        return None
    mask = outline.mask | visible
    return Amodal(amodal_px=int(mask.sum()), truncation=round(outline.truncation, 4), rle=Rle.of(mask))
