"""Built scenes have no faces that flicker, nobody off the ground and no bodies that intersect (`scene_geometry`)."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_synth.blender.stage import Stage  # noqa: E402
from tests.scene_geometry import BuiltScene, Mesh, _crossings, _near_pairs, _overlap  # noqa: E402

pytestmark = pytest.mark.blender

SCENES = ("street", "crosswalk", "plaza", "car_park", "shopping_arcade", "lobby", "gym", "lift", "courtyard",
          "waiting_room", "hallway", "clothes_shop", "restaurant", "studio")  # fmt: skip
MIRRORS = ("wall", "mixed", "glass_door", "convex")


def _faults(*overrides: str) -> list[str]:
    return [str(fault) for fault in BuiltScene(["render=draft", *overrides]).faults()]


@pytest.mark.parametrize("scene", ["lift", "courtyard", "waiting_room", "hallway", "clothes_shop", "restaurant"])
def test_no_two_things_lie_in_one_plane(scene):
    assert _faults(f"scene={scene}", "pedestrians=none", "weather=cloudy", "seed=2") == []


def test_people_stand_in_a_lift_and_sit_in_a_lobby():
    assert _faults("scene=lift", "pedestrians.count=[4,5]", "seed=7") == []
    assert _faults("scene=lobby", "pedestrians.count=[9,9]", "seed=7") == []


@pytest.mark.chaos
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("scene", SCENES)
def test_no_two_things_lie_in_one_plane_in_any_scene(scene, seed):
    mirrors = MIRRORS[seed % len(MIRRORS)] if scene not in ("lift", "studio") else "wall"
    assert _faults(f"scene={scene}", f"mirrors={mirrors}", "pedestrians=none", "weather=rainy", f"seed={seed}") == []


@pytest.mark.chaos
@pytest.mark.parametrize("weather", ["cloudy", "rainy"])
@pytest.mark.parametrize("seed", [2, 7, 11])
@pytest.mark.parametrize("scene", SCENES)
def test_people_stand_on_the_ground_and_intersect_nothing(scene, seed, weather):
    built = BuiltScene(["render=draft", f"scene={scene}", "pedestrians=street", f"weather={weather}", f"seed={seed}"])
    assert [str(fault) for fault in (*built.off_ground(), *built.intersecting())] == []


def _box(name: str, low, high) -> bpy.types.Object:
    (x0, y0, z0), (x1, y1, z1) = low, high
    corners = [(x, y, z) for z in (z0, z1) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    faces = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7), (3, 2, 1, 0)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], faces)
    return bpy.data.objects.new(name, mesh)


def test_the_search_finds_what_it_looks_for():
    """Two boxes whose tops share a plane over 0.5 x 1 m; the upper one of two others goes 0.2 m into the lower."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    stage.add(_box("first", (0, 0, 0), (1, 1, 1)), 1)
    stage.add(_box("second", (0.5, 0, 0.5), (2, 1, 1)), 2)
    stage.add(_box("above", (0, 0, 1.0005), (1, 1, 1.5)), 3)
    stage.add(_box("inside", (0.2, 0.2, 1.3), (0.8, 0.8, 2.0)), 4)
    bpy.context.view_layer.update()
    mesh = Mesh(stage, [1, 2, 3])
    areas: dict[tuple[int, int], float] = {}
    for a, b in set(_near_pairs(mesh)):
        overlap = _overlap(mesh.points[mesh.corners[a]], mesh.points[mesh.corners[b]])
        top = mesh.points[mesh.corners[a]][:, 2].min() > 0.9
        if overlap is not None and top:
            key = (int(min(mesh.ids[a], mesh.ids[b])), int(max(mesh.ids[a], mesh.ids[b])))
            areas[key] = areas.get(key, 0.0) + overlap[0]
    assert areas == {(1, 2): pytest.approx(0.5)}
    points, _ = _crossings(Mesh(stage, [4]), Mesh(stage, [3]))
    assert np.ptp(points, axis=0)[:2].max() == pytest.approx(0.6, abs=1e-6)
    apart, _ = _crossings(Mesh(stage, [4]), Mesh(stage, [1]))
    assert not len(apart)
