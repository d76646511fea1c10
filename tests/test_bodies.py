"""People as plain arrays: shapes, poses, clothes, data. No Blender."""

from __future__ import annotations

import dataclasses
import functools
import shutil

import numpy as np
import pytest
from pydantic import TypeAdapter

from blender_synth import resources
from blender_synth.bodies import coverage
from blender_synth.bodies.cuts import Wearer
from blender_synth.bodies.data import body_data, read_body_data
from blender_synth.bodies.mesh import Surface, clipped, face_normals
from blender_synth.bodies.outfit import dress
from blender_synth.bodies.person import dressed_person
from blender_synth.bodies.pose.limits import LIMITS_DEG
from blender_synth.bodies.shape import shaped_points, stature_of
from blender_synth.bodies.skeleton import Rig
from blender_synth.bodies.subdivision import catmull_clark
from blender_synth.errors import AssetError, ConfigError
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.packs.loading import load_pack
from blender_synth.seeds import Streams
from blender_synth.world.people.pedestrian import Randomizer, Spec
from tests.nearest import nearest

COUNT = 12


@functools.cache
def people() -> tuple[Spec, ...]:
    randomizer = Randomizer()
    return tuple(randomizer.sample(Streams(3, 0).child(f"people/{i}"), i + 1, (0, 0, 0), 0.0) for i in range(COUNT))


@functools.cache
def built(index: int):
    return dressed_person(people()[index])


@pytest.mark.parametrize("index", range(COUNT))
def test_stands_on_the_ground(index):
    soles = [p for p in built(index).parts if p.name.startswith("sole")]
    lowest = min(float(p.vertices[:, 2].min()) for p in soles)
    if people()[index].pose.activity != "run":
        assert abs(lowest) < 0.01
    low, high = built(index).bounds_m()
    assert low[2] > -0.02  # nothing hangs into the ground
    stature = people()[index].body.stature_m
    assert 0.86 * stature < high[2] < 1.12 * stature + 0.05


@pytest.mark.parametrize("index", range(COUNT))
def test_joints_bend_as_joints_do(index):
    joints = built(index).joints_m
    assert set(COCO_KEYPOINTS) <= set(joints)
    for side in ("left", "right"):
        hip, knee, ankle = (joints[f"{side}_{n}"] for n in ("hip", "knee", "ankle"))
        flexion = np.degrees(np.arccos(np.clip(_unit(knee - hip) @ _unit(ankle - knee), -1, 1)))
        assert flexion < LIMITS_DEG["knee"][1]
        forward = _unit(joints[f"bone/toe1-1.{side[0].upper()}"] - ankle) * [1, 1, 0]
        line = hip + (ankle - hip) * ((knee - hip) @ (ankle - hip)) / ((ankle - hip) @ (ankle - hip))
        assert (knee - line) @ forward > -0.02  # knees bend forward
        shoulder, elbow, wrist = (joints[f"{side}_{n}"] for n in ("shoulder", "elbow", "wrist"))
        bend = np.degrees(np.arccos(np.clip(_unit(elbow - shoulder) @ _unit(wrist - elbow), -1, 1)))
        assert bend < LIMITS_DEG["elbow"][1] + 5
        if people()[index].pose.left_arm == people()[index].pose.right_arm == "hang":  # no T-pose
            assert _unit(elbow - shoulder)[2] < -0.6


def _unit(v):
    return v / np.linalg.norm(v)


def test_no_two_are_equal_and_all_are_reproducible():
    again = dressed_person(people()[0])
    for a, b in zip(built(0).parts, again.parts, strict=True):
        assert np.array_equal(a.vertices, b.vertices)
    assert len({spec.body for spec in map(_hashable, people())}) == COUNT
    heights = {round(float(built(i).bounds_m()[1][2]), 5) for i in range(4)}
    assert len(heights) == 4


@dataclasses.dataclass(frozen=True)
class _Hashable:
    body: str


def _hashable(spec: Spec) -> _Hashable:
    return _Hashable(repr(spec.body))


def test_spec_survives_json():
    adapter = TypeAdapter(Spec)
    for spec in people():
        assert adapter.validate_json(adapter.dump_json(spec)) == spec


def test_clothes_do_not_move_the_pose():
    streams = Streams(3, 0).child("people/0")
    plain = Randomizer().sample(streams, 1, (0, 0, 0), 0.0)
    other = Randomizer(outfit={"tops": "sweater", "outers": "coat", "male_lower": "trousers"}).sample(
        streams, 1, (0, 0, 0), 0.0
    )
    assert (plain.pose, plain.body, plain.skin, plain.hair) == (other.pose, other.body, other.skin, other.hair)
    assert plain.outfit != other.outfit


def test_stature_is_met():
    for spec in people():
        assert stature_of(body_data(), shaped_points(body_data(), spec.body)) == pytest.approx(
            spec.body.stature_m, abs=1e-6
        )


def test_bodies_stay_inside_their_clothes():
    """Share of body vertices that stay on the mesh although a garment lies over them and that stick out of it."""
    outside = total = 0
    for spec in people()[:4]:
        count, poking = poke_through(spec)
        outside, total = outside + poking, total + count
    assert outside / total < 0.01


def test_triangles_repeat_their_last_corner_and_quads_none():
    """Otherwise a face has no area in Blender, and leaves a hole."""
    bags = {"backpack": 1, "handbag": 1, "shoulder_bag": 1, "shopping_bag": 1}
    randomizer = Randomizer(carried={"female_bags": bags, "male_bags": {"backpack": 1}, "umbrella_in_dry": 0.5})
    carried = set()
    for i in range(COUNT):
        spec = randomizer.sample(Streams(5, 0).child(f"people/{i}"), i + 1, (0, 0, 0), 0.0)
        carried |= {item.kind for item in spec.carried}
        for part in dressed_person(spec).parts:
            repeats = part.faces == np.roll(part.faces, -1, axis=1)
            assert not repeats[:, [0, 1, 3]].any(), part.name
    assert {"backpack", "umbrella", "shoulder_bag"} <= carried


def poke_through(spec: Spec) -> tuple[int, int]:
    """Body vertices covered by a garment, and those of them that lie outside it (rest pose, as fitted)."""
    data = body_data()
    points = shaped_points(data, spec.body)
    rig = Rig.of(data, points)
    hidden = coverage.covered(spec.outfit)
    drawn = data.faces["body"][~hidden[data.faces["body"]].all(1)]
    body = np.unique(drawn)
    v = points[body]
    covered = outside = 0
    for worn in dress(Wearer(points, rig), spec.outfit):
        s = worn.surface
        faces = s.faces[s.face_fields["lining"] == 0]
        centres = s.vertices[faces].mean(1)
        normals = face_normals(s.vertices, faces)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        near = nearest(centres, v)
        d = v - centres[near]
        height = (d * normals[near]).sum(1)
        distance = np.linalg.norm(d, axis=1)
        tangent = np.sqrt(np.maximum(distance**2 - height**2, 0))
        over = (distance < 0.02) & (tangent < 0.008)
        covered += int(over.sum())
        outside += int((over & (height > 0.001)).sum())
    return max(covered, 1), outside


def test_pack_is_whole():
    data = body_data()
    assert np.allclose(data.weights.sum(1), 1, atol=1e-4)
    assert all(data.parents[i] < i for i in range(len(data.bones)))
    assert load_pack(resources.built_in_packs_dir() / "people").name == "people"
    assert sum(f.stat().st_size for f in (resources.built_in_packs_dir() / "people").iterdir() if f.is_file()) < 12e6


def test_damaged_pack_says_so(tmp_path):
    with pytest.raises(AssetError, match="missing") as error:
        read_body_data(tmp_path)
    assert "body.npz" in str(error.value)
    assert "bake" in str(error.value)
    for name in ("body.npz", "shapes.npz"):
        shutil.copy(resources.built_in_packs_dir() / "people" / name, tmp_path)
    (tmp_path / "shapes.npz").write_bytes((tmp_path / "shapes.npz").read_bytes()[:200_000])
    with pytest.raises(AssetError, match="damaged"):
        read_body_data(tmp_path)


def test_bad_range_names_its_key():
    from blender_synth.config import randomizer_from

    with pytest.raises(ConfigError) as error:
        randomizer_from("people", {"kind": "pedestrian", "body": {"age_years": [60, 20]}}, "pedestrians.person")
    assert "pedestrians.person.body.age_years" in str(error.value)


def test_subdivision_and_clipping():
    faces = np.array([[0, 1, 4, 3], [1, 2, 5, 4]])
    flat = np.array([[x, y, 0.0] for y in (0, 1) for x in (0, 1, 2)])
    quads, mapping = catmull_clark(faces, 6)
    fine = mapping(flat)
    assert len(quads) == 8
    assert np.allclose(fine[:, 2], 0)
    area = np.linalg.norm(face_normals(fine, quads), axis=1).sum() / 2
    assert 1.7 < area <= 2.0
    cut = clipped(Surface(flat, faces, {"x": flat[:, 0]}), 1.5 - flat[:, 0])
    assert cut.vertices[:, 0].max() == pytest.approx(1.5)
    assert np.linalg.norm(face_normals(cut.vertices, cut.faces), axis=1).sum() / 2 == pytest.approx(1.5)


def test_subdivisions_are_kept_in_the_cache_and_made_again_when_damaged(tmp_path, monkeypatch):
    from blender_synth.bodies import subdivision

    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path))
    cube = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])
    faces, mapping = subdivision.catmull_clark(cube, 8)
    for damage in (False, True, False):
        again, map_again = subdivision.kept_catmull_clark(cube, 8)
        np.testing.assert_array_equal(again, faces)
        np.testing.assert_array_equal(map_again.index, mapping.index)
        np.testing.assert_array_equal(map_again.weight, mapping.weight)
        [file] = (tmp_path / "meshes").iterdir()
        if damage:
            file.write_bytes(file.read_bytes()[:200])
    monkeypatch.setattr(subdivision, "catmull_clark", None)  # not made: read
    np.testing.assert_array_equal(subdivision.kept_catmull_clark(cube, 8)[0], faces)
