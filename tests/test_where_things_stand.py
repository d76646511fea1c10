"""Cabinets, traffic signs and traffic mirrors stand where such things stand, in every scene."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from blender_synth import geometry
from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.seeds import Streams
from blender_synth.world.layout import Area, Layout, MirrorMount, Obstacle
from blender_synth.world.mirrors import convex
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.placement.props import may_stand
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import SceneSpec

TOWN, ROOMS = ("street", "crosswalk", "plaza"), ("lobby", "gym", "car_park", "waiting_room")
SEEDS = range(2)


@functools.cache
def sampled(scene: str, seed: int) -> SceneSpec:
    """A scene with many props and a traffic mirror."""
    settings = compose([f"scene={scene}", "mirrors=convex", "props.count=[30,30]", f"seed={seed}"])
    return sample_scene(settings, find_packs(settings.packs), 0)


@pytest.mark.parametrize(
    ("stands", "use", "outdoors", "indoors"),
    [
        (("edge", "wall"), "wall", True, False),
        (("edge", "wall"), "pavement", False, False),
        (("edge", "wall"), "edge", True, True),
        (("pavement",), "edge", True, True),
        (("pavement",), "wall", False, False),
        (("indoors", "wall"), "wall", False, True),
        (("pavement", "wall", "indoors"), "wall", True, True),
        (("wall",), "wall", True, True),
        (("road",), "parking", True, True),
        (("parking",), "road", False, False),
    ],
)
def test_where_an_item_may_stand_follows_from_its_manifest(stands, use, outdoors, indoors):
    assert may_stand(stands, use, indoors=False) is outdoors
    assert may_stand(stands, use, indoors=True) is indoors


@pytest.mark.parametrize("scene", [*TOWN, *ROOMS])
def test_what_belongs_to_the_edge_of_a_pavement_stands_nowhere_else(scene):
    packs = find_packs(())
    terms = {f"{pack.name}/{item.name}": item.terms for pack in packs for item in pack.items if item.kind == "prop"}
    for seed in SEEDS:
        spec = sampled(scene, seed)
        layout = spec.scenery.layout()
        spots = {spot.position_m: spot for spot in layout.prop_spots}
        for prop in spec.props:
            stands = terms[f"{prop.pack}/{prop.item}"].stands
            if "edge" in stands and "pavement" not in stands and prop.position_m in spots:
                spot = spots[prop.position_m]
                assert spot.use in ("edge", "wall", "indoors"), prop.item
                assert spot.use != "indoors" or "indoors" in stands
                assert prop.category != "cabinet" or layout.indoor_c is None


def test_built_in_cabinets_of_a_square_stand_against_its_houses():
    found = 0
    settings = compose(["scene=plaza", "scene.furniture=[40,40]"])
    for seed in range(6):
        scenery = settings.scenery.sample(Streams(seed, 0))
        houses = [b.footprint() for b in scenery.buildings]
        for piece in scenery.furniture:
            if piece.kind == "cabinet":
                found += 1
                back = min(_outside_m(corner, house) for corner in piece.footprint() for house in houses)
                assert 0 < back < 0.3
    assert found > 3


@pytest.mark.parametrize("scene", [*TOWN, *ROOMS])
def test_traffic_mirrors_are_on_poles_by_roads_and_on_walls_elsewhere(scene):
    kinds = set()
    for seed in SEEDS:
        spec = sampled(scene, seed)
        layout = spec.scenery.layout()
        roads = [area for area in layout.areas if area.use == "road"]
        for mirror in (m for m in spec.mirrors if isinstance(m, convex.Spec)):
            kinds.add("wall" if mirror.pole_m is None else "pole")
            foot = np.array(mirror.foot_m)
            to_camera = np.array(spec.camera.position_m) - mirror.centre_m - np.multiply(mirror.radius_m, mirror.axis)
            assert (distance := np.linalg.norm(to_camera)) > 1.5
            assert to_camera @ mirror.axis > 0.35 * distance
            if mirror.pole_m is not None:
                assert layout.indoor_c is None
                assert min(_outside_m(foot[:2], road.polygon_xy_m) for road in roads) < 6.5
                kerbs = [a for a in layout.areas if a.use == "pavement" and abs(a.z_m - foot[2]) < 1e-6]
                assert any(-0.3 < _outside_m(foot[:2], a.polygon_xy_m) < 0 for a in kerbs)
            elif mirror.wall is not None:
                mount = next(m for m in layout.mirror_mounts if m.name == mirror.wall)
                along = (foot[:2] - mount.point_xy_m(0)) @ (mount.point_xy_m(1) - mount.point_xy_m(0))
                assert 0.2 < along < mount.length_m - 0.2
                assert abs((foot[:2] - mount.point_xy_m(0)) @ geometry.direction(mount.facing_deg)[:2]) < 1e-6
                assert foot[2] > mount.base_z_m + 2.0
            else:
                columns = [o for o in layout.obstacles if o.height_m > 2.4]
                assert min(abs(_outside_m(foot[:2], o.polygon_xy_m)) for o in columns) < 0.01
    assert not kinds or ("pole" in kinds) == (scene in ("street", "crosswalk"))


SQUARE = ((-10.0, -10.0), (10.0, -10.0), (10.0, 10.0), (-10.0, 10.0))


def proposals(layout: Layout) -> list[convex.Spec]:
    """Mirrors proposed in a layout, seen from its middle towards +X."""
    settings = compose(["scene=studio", "mirrors=convex", "pedestrians=few", "seed=3"])
    spec = sample_scene(settings, find_packs(settings.packs), 0)
    camera = spec.camera
    context = PlacementContext(layout, camera, spec.people)
    randomizer = convex.Randomizer()
    found = (randomizer.propose(Streams(seed, 0), (1001, 2001), context) for seed in range(80))
    return [mirror for mirror in found if mirror is not None]


def test_no_mirror_stands_amid_open_ground():
    assert proposals(Layout(areas=(Area(name="square", use="pavement", polygon_xy_m=SQUARE),))) == []
    assert proposals(Layout(areas=(Area(name="hall", use="indoors", polygon_xy_m=SQUARE),), indoor_c=20.0)) == []


def test_a_seam_between_two_pavements_is_no_kerb():
    outlines = [((a, -9.0), (a + 9, -9.0), (a + 9, 9.0), (a, 9.0)) for a in (-9.0, 0.0)]
    left, right = (Area(name=f"part_{n}", use="pavement", polygon_xy_m=o) for n, o in enumerate(outlines))
    far_road = Area(name="road", use="road", polygon_xy_m=((30.0, -9.0), (36.0, -9.0), (36.0, 9.0), (30.0, 9.0)))
    assert all(m.pole_m is None for m in proposals(Layout(areas=(left, right, far_road))))


def test_rooms_have_mirrors_on_columns_and_blank_walls():
    hall = Area(name="hall", use="indoors", polygon_xy_m=SQUARE)
    columns = tuple(
        Obstacle(name=f"column_{x}_{y}", height_m=3.0,
                 polygon_xy_m=((x, y), (x + 0.5, y), (x + 0.5, y + 0.5), (x, y + 0.5)))
        for x in (-7.0, -3.5, 0.5, 4.0) for y in (-7.0, -3.5, 0.5, 4.0)
    )  # fmt: skip
    assert all(
        m.pole_m is None and m.wall is None for m in proposals(Layout(areas=(hall,), obstacles=columns, indoor_c=20.0))
    )
    assert proposals(Layout(areas=(hall,), obstacles=columns, indoor_c=20.0))
    mounts = tuple(
        MirrorMount(name=name, start_xy_m=start, end_xy_m=end, facing_deg=facing, base_z_m=0.0, clear_height_m=3.2)
        for name, start, end, facing in (
            ("east", (4.0, 4.0), (4.0, -4.0), 180.0), ("west", (-4.0, -4.0), (-4.0, 4.0), 0.0),
            ("north", (-4.0, 4.0), (4.0, 4.0), 270.0), ("south", (4.0, -4.0), (-4.0, -4.0), 90.0),
        )
    )  # fmt: skip
    on_walls = proposals(Layout(areas=(hall,), mirror_mounts=mounts, indoor_c=20.0))
    assert on_walls
    assert all(m.mount_name is not None and m.foot_m[2] > 2.0 for m in on_walls)


def _outside_m(point_xy, polygon_xy) -> float:
    """Signed distance of a point from the lines of a convex counter-clockwise polygon; negative inside."""
    corners = np.array(polygon_xy, float)
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1) / np.linalg.norm(edges, axis=1, keepdims=True)
    return float(((np.asarray(point_xy, float)[:2] - corners) * normals).sum(axis=1).max())
