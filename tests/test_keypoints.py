"""Which joints count as seen: on bodies from all sides, on made frames, and what a mesh's distance is."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import trimesh
from trimesh.ray.ray_pyembree import RayMeshIntersector

from blender_synth.annotate.keypoints import DEPTHS_M, MARGIN_M, depths_m, visible_keypoints
from blender_synth.bodies.person import dressed_person
from blender_synth.frames.meta import PersonRow
from blender_synth.geometry import direction
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.optics.mirror_shapes import MirrorPlane, MirrorShape
from blender_synth.optics.surface_distance import surface_distances
from blender_synth.seeds import Streams
from blender_synth.world.people.pedestrian import Randomizer
from blender_synth.world.people.situation import Situation

SIDES = {"front": (0,), "back": (180,), "left": (60, 90, 120), "right": (-60, -90, -120)}


def _mesh(person) -> tuple[np.ndarray, np.ndarray]:
    vertices, triangles, count = [], [], 0
    for part in person.parts:
        both = np.concatenate([part.faces[:, :3], part.faces[:, [0, 2, 3]]])
        triangles.append(both[(both[:, 0] != both[:, 2]) & (both[:, 1] != both[:, 2])] + count)
        vertices.append(part.vertices)
        count += len(part.vertices)
    return np.concatenate(vertices).astype(float), np.concatenate(triangles)


@pytest.fixture(scope="module")
def seen_from() -> dict[tuple[str, str], list[bool]]:
    """By keypoint and side: whether a level ray to the joint ends on the joint's own part, for some who stand."""
    found: dict[tuple[str, str], list[bool]] = {}
    for number in range(4):
        situation = Situation(activity="stand", look_deg=0.0, stays=True)
        spec = Randomizer().sample(Streams(5, 0).child(f"people/{number}"), 1, situation=situation)
        spec = dataclasses.replace(
            spec, carried=(), pose=dataclasses.replace(spec.pose, left_arm="hang", right_arm="hang")
        )
        person = dressed_person(spec, "low")
        vertices, triangles = _mesh(person)
        rays = RayMeshIntersector(trimesh.Trimesh(vertices, triangles, process=False))
        joints = np.array([person.joints_m[name] for name in COCO_KEYPOINTS])
        distances = surface_distances(joints, vertices, triangles)
        row = PersonRow(
            keypoints_m=dict(zip(COCO_KEYPOINTS, joints.tolist(), strict=True)),
            keypoint_depths_m=dict(zip(COCO_KEYPOINTS, distances.tolist(), strict=True)),
        )
        allowed = depths_m(row, COCO_KEYPOINTS) + MARGIN_M
        for side, azimuths in SIDES.items():
            for azimuth in azimuths:
                out = direction(azimuth, 3.0)
                points, index, _ = rays.intersects_location(
                    joints + 6 * out, np.tile(-out, (17, 1)), multiple_hits=False
                )
                before = dict(
                    zip(index.tolist(), 6 - np.linalg.norm(points - joints[index] - 6 * out, axis=1), strict=True)
                )
                for n, name in enumerate(COCO_KEYPOINTS):
                    found.setdefault((name, side), []).append(before.get(n, 0.0) <= allowed[n])
    return found


def _share(seen_from, part: str, *sides: str) -> float:
    """Share of the left and right keypoints of a part seen from some sides of their own half."""
    names = [name for name in COCO_KEYPOINTS if name.endswith(part)]
    return float(np.mean([v for name in names for side in sides for v in seen_from[name, side]]))


@pytest.mark.parametrize("part", ["shoulder", "elbow", "hip", "knee", "ankle"])
def test_joints_of_the_trunk_and_limbs_are_seen_from_the_front_and_behind(seen_from, part):
    assert _share(seen_from, part, "front", "back") >= 0.85


def test_faces_are_seen_from_the_front_and_not_from_behind(seen_from):
    for name in ("nose", "left_eye", "right_eye"):
        assert np.mean(seen_from[name, "front"]) >= 0.9
        assert np.mean(seen_from[name, "back"]) == 0.0


@pytest.mark.parametrize("part", ["shoulder", "elbow", "hip", "ear"])
def test_joints_of_the_far_side_are_hidden(seen_from, part):
    for near, far in (("left", "right"), ("right", "left")):
        assert np.mean(seen_from[f"{near}_{part}", far]) <= 0.15
        assert np.mean(seen_from[f"{near}_{part}", near]) >= np.mean(seen_from[f"{near}_{part}", far]) + 0.4


POSE, K = np.eye(4), np.array([[100.0, 0, 50], [0, 100, 50], [0, 0, 1]])
"""Looks along +Z."""


def _flag(deficit_m: float, mask: bool = True, name: str = "left_shoulder", **views) -> float:
    """Flag of a joint 4 m ahead, in a frame whose surface lies so much nearer."""
    person = PersonRow(keypoints_m={name: (0.004, 0.004, 4.0)}, keypoint_depths_m={name: 0.0})
    masks = {"surface": np.full((100, 100), mask)}
    paths = {"surface": np.full((100, 100), 4.0 - deficit_m)}
    found = visible_keypoints(person, masks, paths, (), POSE, K)
    assert found is not None
    return float(found[COCO_KEYPOINTS.index(name), 2])


@pytest.mark.parametrize("name", ["nose", "left_eye", "right_ear", "left_shoulder", "right_hip", "left_ankle"])
def test_a_joint_is_seen_up_to_its_depth_below_the_surface(name):
    depth, half_pixel = DEPTHS_M[name.rsplit("_", 1)[-1]], 0.02
    assert _flag(depth, name=name) == 2
    assert _flag(depth + MARGIN_M + half_pixel + 0.01, name=name) == 1
    assert _flag(depth, mask=False, name=name) == 1
    assert _flag(-0.3, name=name) == 2


def test_only_the_pixel_at_the_joint_counts():
    person = PersonRow(keypoints_m={"nose": (0.0, 0.0, 4.0)})
    mask = np.ones((100, 100), bool)
    mask[50, 50] = False
    paths = {"surface": np.full((100, 100), 4.0)}
    found = visible_keypoints(person, {"surface": mask}, paths, (), POSE, K)
    assert found is not None
    assert found[0].tolist() == [50.0, 50.0, 1.0]


def test_in_a_mirror_the_whole_path_is_compared():
    """A mirror at z = 5 shows a joint at z = 2 along a path of 8 m."""
    shape = MirrorShape(plane=MirrorPlane((0.0, 0.0, 5.0), (0.0, 0.0, -1.0)))
    person = PersonRow(keypoints_m={"nose": (0.0, 0.0, 2.0)})
    for path_m, flag in ((8.0, 2), (7.8, 1), (2.0, 1)):
        layers = {"reflected": np.ones((100, 100), bool)}
        paths = {"reflected": np.full((100, 100), path_m)}
        found = visible_keypoints(person, layers, paths, (shape,), POSE, K)
        assert found is not None
        assert found[0, 2] == flag


def test_distance_to_a_mesh():
    box = trimesh.creation.box((2.0, 4.0, 6.0))
    points = np.array([[0.0, 0.0, 0.0], [0.9, 0.0, 2.0], [3.0, 0.0, 0.0], [2.0, 3.0, 0.0], [2.0, 3.0, 4.0]])
    expected = [1.0, 0.1, 2.0, np.sqrt(2), np.sqrt(3)]
    np.testing.assert_allclose(surface_distances(points, box.vertices, box.faces), expected)
    assert np.isinf(surface_distances(points, np.empty((0, 3)), np.empty((0, 3), int))).all()
