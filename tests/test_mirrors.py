"""Mirrors without Blender: where points are seen on them, where they are put, what is refused, how frames pair up."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from pycocotools.coco import COCO

from blender_synth.acceptance import judge, sample_until_accepted
from blender_synth.config import compose
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.exporters import export_dataset
from blender_synth.exporters.coco import Settings
from blender_synth.geometry import mirror_points, polygon_area
from blender_synth.optics.curved_mirrors import reflection_points, views_by_chain
from blender_synth.optics.mirror_shapes import CylinderPart, MirrorPlane, MirrorShape, SpherePart
from blender_synth.packs.search import find_packs
from blender_synth.seeds import Streams
from blender_synth.settings import AcceptanceCriteria
from blender_synth.world.mirrors import puddles
from blender_synth.world.mirrors.checks import check_mirrors
from blender_synth.world.mirrors.placement_context import Obstacles, PlacementContext
from blender_synth.world.mirrors.shapes import in_polygon
from blender_synth.world.placement.mirrors import place_mirrors
from blender_synth.world.registry import kinds_of
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import spec_from_json, spec_to_json
from tests.made_frames import make_run

SPHERE = SpherePart(centre_m=(0.3, 1.0, 1.2), radius_m=0.8, axis=(0.0, -1.0, 0.0), cap_cos=-1.0)
CYLINDER = CylinderPart(base_m=(0.3, 1.0, 0.0), axis=(0.0, 0.0, 1.0), radius_m=0.5, height_m=4.0)
EYE = np.array([-0.5, -4.0, 1.6])
SMALL = ["experiment=demo", "scene=studio", "pedestrians=few", "props.count=0"]


@pytest.mark.parametrize("part", [SPHERE, CYLINDER])
def test_light_turns_where_the_normal_halves_the_angle(part, rng):
    points = rng.uniform((-4, -5, 0.2), (4, -1, 2.2), (200, 3))
    at, valid = reflection_points([part], EYE, points)
    assert valid.mean() > 0.9
    at, points = at[valid], points[valid]
    if part.shape == "sphere":
        normal = (at - part.centre_m) / part.radius_m
    else:
        normal = (at - part.base_m) * (1, 1, 0) / part.radius_m
    np.testing.assert_allclose(np.linalg.norm(normal, axis=1), 1.0, atol=1e-9)
    to_eye, to_point = ((v / np.linalg.norm(v, axis=1, keepdims=True)) for v in (EYE - at, points - at))
    turned = 2 * (to_eye * normal).sum(1, keepdims=True) * normal - to_eye
    np.testing.assert_allclose(turned, to_point, atol=1e-7)
    assert ((to_eye * normal).sum(1) > 0).all()


def test_points_off_the_mirrors_part_are_not_seen():
    cap = dataclasses.replace(SPHERE, cap_cos=0.98)
    before, aside = [0.2, -5.0, 1.4], [6.0, 1.0, 1.2]
    _, valid = reflection_points([cap], EYE, np.array([before, aside]))
    assert valid.tolist() == [True, False]
    _, valid = reflection_points([SPHERE], EYE, np.array([[0.3, 9.0, 1.2], [0.3, 1.0, 1.2]]))
    assert not valid.any()


def test_a_chain_with_a_flat_and_a_curved_mirror_unfolds():
    plane = MirrorPlane((-3.0, 0.0, 0.0), (1.0, 0.0, 0.0))
    flat, ball = MirrorShape(plane=plane), MirrorShape(curved=(SPHERE,))
    point = np.array([[-1.5, -2.0, 1.0]])
    image = mirror_points(point, plane.point_m, plane.normal)
    first, valid, length = views_by_chain([ball, flat], EYE, point)
    assert valid.all()
    on_ball = reflection_points([SPHERE], EYE, image)[0]
    np.testing.assert_allclose(first, on_ball)
    np.testing.assert_allclose(length, np.linalg.norm(on_ball - EYE) + np.linalg.norm(image - on_ball))
    second, _, _ = views_by_chain([flat, ball], EYE, point)
    virtual_eye = mirror_points(EYE, plane.point_m, plane.normal)
    on_ball = reflection_points([SPHERE], virtual_eye, point)[0]
    np.testing.assert_allclose(second, mirror_points(on_ball, plane.point_m, plane.normal))
    assert views_by_chain([ball, ball], EYE, point) is None
    flat_only, valid, length = views_by_chain([flat], EYE, point)
    np.testing.assert_allclose(flat_only, image)
    np.testing.assert_allclose(length, np.linalg.norm(image - EYE))
    assert valid.all()


@pytest.fixture(scope="module")
def packs():
    return find_packs(())


@pytest.mark.parametrize("kind", sorted(set(kinds_of("mirrors")) - {"car", "rear_view", "pack", "built_in"}))
def test_every_kind_finds_a_place_and_shows_somebody_in_the_studio(kind, packs):
    settings = compose([*SMALL, f"mirrors={kind}"])
    shown = 0
    for index in range(4):
        spec = sample_scene(settings, packs, index)
        assert spec == spec_from_json(spec_to_json(spec))
        site = PlacementContext(spec.scenery.layout(), spec.camera, spec.people)
        shown += any(site.predicted_px(mirror) > 0 for mirror in spec.mirrors)
        for mirror in spec.mirrors:
            assert {t.instance_id for t in mirror.labelled_instances()} <= {
                mirror.instance_id,
                mirror.frame_instance_id,
            }
            assert ("mirror" in {t.category for t in mirror.labelled_instances()}) == (mirror.surface != "opaque")
    assert shown >= 2


def test_a_dashcam_has_its_own_cars_mirror_which_shows_what_is_behind(packs):
    spec = sample_scene(compose(["mirrors=car", "camera=dashcam", "pedestrians=few", "props.count=0"]), packs, 0)
    mirror = next(m for m in spec.mirrors if m.kind == "rear_view")
    forward = spec.camera.world_from_camera()[:3, 2]
    eye = np.array(spec.camera.position_m)
    behind = (eye - 12.0 * forward)[None] - (0, 0, 0.4)
    hits, _ = mirror.reflection_points(eye, behind)
    assert (hits[0] - eye) @ forward > 0.2
    assert mirror.plane()[1] @ forward < -0.7


def test_puddles_are_simple_outlines_on_the_ground(rng):
    for _ in range(30):
        outline = puddles.puddle_outline(rng, 1.0, float(rng.uniform(1, 2.2)), 1.0, float(rng.uniform(0, 3)))
        assert polygon_area(outline) > 0.5
        assert in_polygon(np.zeros((1, 2)), outline).all()
        assert not in_polygon(np.array([[5.0, 0.0]]), outline).any()


def _mirrors(packs, *overrides):
    return sample_scene(compose([*SMALL, *overrides]), packs, 0)


def test_two_mirrors_in_one_place_are_refused_by_name(packs):
    spec = _mirrors(packs, "mirrors=wall")
    (one,) = spec.mirrors
    other = dataclasses.replace(one, instance_id=1002, mount="another")
    with pytest.raises(ConfigError, match=r"same place(.|\n)*mirror_1001(.|\n)*mirror_1002(.|\n)*fix:"):
        check_mirrors([one, other])
    right = one.axes()[0]
    beside = tuple(float(v) for v in np.array(one.position_m) + (one.width_m + 0.3) * right)
    check_mirrors([one, dataclasses.replace(other, position_m=beside)])
    many = sample_scene(compose([*SMALL, "mirrors=mixed", "mirrors.puddles.count=6"]), packs, 1)
    check_mirrors(many.mirrors)
    assert len(many.mirrors) >= 4


def test_a_mount_that_looks_into_its_wall_and_one_without_area_are_refused(packs):
    settings = compose([*SMALL, "mirrors=wall"])
    spec = sample_scene(settings, packs, 0)
    layout = spec.scenery.layout()
    (mount,) = layout.mirror_mounts
    randomizers = {name: group.randomizer for name, group in settings.mirrors.items()}
    for change, says in (
        ({"facing_deg": 90.0}, r"points into wall(.|\n)*layout\.mirror_mounts\.wall(.|\n)*270"),
        ({"end_xy_m": mount.start_xy_m}, r"no area(.|\n)*layout\.mirror_mounts\.wall(.|\n)*fix:"),
    ):
        bad = dataclasses.replace(layout, mirror_mounts=(dataclasses.replace(mount, **change),))
        with pytest.raises(ConfigError, match=says):
            place_mirrors(randomizers, {"wall": 1}, bad, spec.camera, spec.people, Streams(0, 0))


def test_more_mirrors_than_ids_are_refused_before_anything_is_placed(packs):
    with pytest.raises(ConfigError, match=r"63 mirrors(.|\n)*mirrors\.puddles\.count(.|\n)*fix:"):
        _mirrors(packs, "mirrors=puddles", "mirrors.puddles.count=64")


def test_sight_is_stopped_by_what_is_tall_enough_only(packs):
    layout = _mirrors(packs, "mirrors=none").scenery.layout()
    obstacles = Obstacles(layout)
    (top,) = obstacles.high
    low, high = np.array([0.0, 0.0, 1.0]), np.array([0.0, 10.0, 1.0])
    assert obstacles.between(low, high).all()
    assert not obstacles.between(low + (0, 0, top), high + (0, 0, top)).any()
    assert not obstacles.between(low, np.array([3.0, 0.0, 1.0])).any()


class Prober:
    """Remembers the specs it was asked about; everybody is always mirrored."""

    def __init__(self):
        self.specs = []

    def probe(self, spec_json):
        self.specs.append(json.loads(spec_json))
        people = [
            {"instance_id": n, "via": v, "height_px": 99, "visible_px": 999} for n in (1, 2, 3) for v in ([], [9])
        ]
        return people


def test_paired_frames_share_a_scene_and_the_second_has_matt_panels(packs):
    settings = compose([*SMALL, "mirrors=wall", "mirrors.paired=true"])
    assert list(settings.mirrors) == ["wall"]
    first, second, third = (sample_until_accepted(settings, packs, Prober(), index).spec for index in (0, 1, 2))
    assert [s.frame_index for s in (first, second, third)] == [0, 1, 2]
    assert [s.scene_index for s in (first, second, third)] == [0, 0, 1]
    assert dataclasses.replace(second, pair_role="mirror") == first
    categories = [{t.category for t in s.labelled_instances() if t.instance_id == 1001} for s in (first, second)]
    assert categories == [{"mirror"}, {"matt_panel"}]
    prober = Prober()
    sample_until_accepted(settings, packs, prober, 1)
    assert [spec["pair_role"] for spec in prober.specs] == ["mirror", "matt"]
    with pytest.raises(ConfigError, match=r"mirrors\.paired"):
        compose([*SMALL, "mirrors.paired=maybe"])


def test_the_dataset_links_the_frames_of_a_pair(tmp_path):
    run = make_run(tmp_path / "run", 4)
    for index in range(4):
        file = run / f"frames/{index:06d}/frame.json"
        meta = json.loads(file.read_text())
        meta["spec"]["scene_index"] = index // 2
        meta["pair"] = {"role": ("mirror", "matt")[index % 2], "frame_index": index ^ 1}
        file.write_text(json.dumps(meta))
    export_dataset([run], tmp_path / "data", Settings(splits={"a": 0.5, "b": 0.5}, panoptic=False), DevelopSettings())
    images = {}
    for split in "ab":
        here = COCO(str(tmp_path / f"data/annotations/instances_{split}.json")).imgs
        for image in here.values():
            assert image["pair"]["image_id"] in here
        images |= here
    assert len(images) == 4
    for number, image in images.items():
        twin = images[image["pair"]["image_id"]]
        assert twin["pair"]["image_id"] == number
        assert {image["pair"]["role"], twin["pair"]["role"]} == {"mirror", "matt"}


def test_frames_with_mirrors_wish_for_a_reflected_person_unless_told_otherwise():
    big = ["scene=studio", "render.width_px=1920", "render.height_px=1080"]
    assert compose([*big, "mirrors=wall"]).accept.min_reflected_people == 1
    assert compose([*big, "mirrors=wall"]).accept.min_reflected_px == 1600
    assert compose([*big, "mirrors=none"]).accept.min_reflected_people == 0
    assert compose([*big, "mirrors=wall", "pedestrians=none"]).accept.min_reflected_people == 0
    assert compose([*big, "accept.min_reflected_people=0"]).accept.min_reflected_people == 0
    criteria = AcceptanceCriteria(min_reflected_people=1, min_reflected_px=400)
    seen = [{"instance_id": 1, "via": [1001], "height_px": 50, "visible_px": 399}]
    assert judge(criteria, seen)[1]
    assert not judge(criteria, [seen[0] | {"visible_px": 400}])[1]


def test_a_clad_house_carries_no_other_mirror(packs):
    choice = ["mirrors=facade", "mirrors.facade.count=30", "+mirrors.wall.kind=wall", "+mirrors.wall.count=30",
              "+mirrors.shopfront={kind: shopfront, count: 3}", "pedestrians=few", "props.count=0"]  # fmt: skip
    spec = sample_scene(compose(choice), packs, 1)
    layout = spec.scenery.layout()
    hosts = {m.name: m.host_id for m in (*layout.mirror_mounts, *layout.hosts)}
    clad = {hosts[m.mount] for m in spec.mirrors if m.kind == "facade"}
    assert len(clad) >= 4
    others = [m for m in spec.mirrors if m.kind != "facade"]
    assert not clad & {hosts[m.mount] for m in others}
    fronts = sum(m.use == "front" for m in layout.hosts)
    assert len(clad) == fronts
