"""Items of packs beyond props and people: mirrors, motions, skies, materials."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from blender_synth.config import compose
from blender_synth.errors import AssetError, BlenderSynthError, ConfigError, ItemError
from blender_synth.packs.data_files import map_of
from blender_synth.packs.loading import load_pack
from blender_synth.packs.panes import convex_outline, measure_pane
from blender_synth.packs.search import find_packs
from blender_synth.packs.skies import sky_of_packs
from blender_synth.pipeline import render
from blender_synth.seeds import Streams
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import spec_from_json, spec_to_json
from blender_synth.world.scenery.shared.street_parts import overlap
from blender_synth.world.scenery.shared.street_parts import rectangle as rectangle_xy
from tests.small_glb import write_box
from tests.small_kinds import circle, rectangle, write_exr, write_manifest, write_mirror, write_sky, write_textures
from tests.test_motion import CMU

SMALL = ["render.width_px=64", "render.height_px=48", "render.samples=1", "pedestrians=few"]


def _packs_without_starter(folders):
    """What a run finds, less the things that are always there."""
    return tuple(pack for pack in find_packs(folders) if pack.name != "starter")


def _square(*moved):
    points = np.array([[0.05, y, z] for y, z in ((-0.5, 1), (0.5, 1), (0.5, 2), (-0.5, 2))], float)
    for corner, by in moved:
        points[corner] += by
    return points


def _measured(points, triangles=((0, 1, 2), (0, 2, 3))):
    return measure_pane(points, np.array(triangles), "mirror.glb", "Glass")


def test_a_panes_rectangle_outline_and_normal():
    pane = _measured(_square())
    np.testing.assert_allclose(pane.normal, (1, 0, 0), atol=1e-12)
    np.testing.assert_allclose(pane.base_m, (0.05, 0, 1), atol=1e-12)
    assert (pane.width_m, pane.height_m) == pytest.approx((1, 1))
    assert sorted(map(tuple, pane.outline_m.round(6))) == [(-0.5, 0), (-0.5, 1), (0.5, 0), (0.5, 1)]


def test_a_round_panes_outline_keeps_every_corner_and_no_point_inside(rng):
    ring = circle(0.3, 0.0, 40)
    hull = convex_outline(np.concatenate([ring, 0.1 * rng.normal(0, 1, (60, 2)).clip(-1, 1)]))
    assert len(hull) == 40
    x, y = hull.T
    assert 0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)) == pytest.approx(
        0.3**2 * 20 * np.sin(2 * np.pi / 40), rel=1e-4
    )


@pytest.mark.parametrize(
    ("points", "triangles", "told"),
    [
        (_square((0, (0.0015, 0, 0)), (2, (0.0015, 0, 0))), None, "not flat"),
        (_square(), ((0, 1, 2), (0, 2, 3), (0, 2, 1), (0, 3, 2)), "both sides"),
        (_square(), ((0, 2, 1), (0, 3, 2)), "face the item's front"),
        (0.02 * _square(), None, "no area"),
        (_square() * (1, 1, 0.02), None, "0.020 m high"),
        (np.empty((0, 3)), np.empty((0, 3), int), "no area"),
    ],
)
def test_a_pane_that_cannot_be_a_flat_mirror_is_refused_with_a_hint(points, triangles, told):
    with pytest.raises(AssetError, match=told) as caught:
        _measured(points, triangles if triangles is not None else ((0, 1, 2), (0, 2, 3)))
    assert all(word in str(caught.value) for word in ("mirror.glb", "surface.material", "Glass", "fix:"))


def test_a_pane_bent_by_less_than_a_millimetre_passes():
    assert _measured(_square((0, (0.0008, 0, 0)))).width_m == pytest.approx(1, abs=1e-3)


@pytest.fixture(scope="module")
def mirrors(tmp_path_factory):
    """A pack of two mirrors: a round one that hangs and a tall one that leans or stands, twice as large as its file."""
    folder = write_manifest(
        tmp_path_factory.mktemp("mirrors"), "mirrors", "kind: mirror", "items:",
        "  - {file: round.glb, tags: [round]}",
        "  - {file: tall.glb, height_m: 1.96, stands: [leaning, ground], category: cheval, tags: [tall],"
        " surface: {material: Mirror, reflectance: 0.8}, author: A. Artist}",
    )  # fmt: skip
    write_mirror(folder / "round.glb", circle(0.3, 0.5))
    write_mirror(folder / "tall.glb", rectangle(0.3, 0.05, 0.95))
    return _packs_without_starter([folder])


def test_mirrors_of_a_pack_are_measured_in_their_real_size(mirrors):
    pack = next(pack for pack in mirrors if pack.name == "mirrors")
    disc, tall = pack.item("round").pane, pack.item("tall").pane
    assert (disc.width_m, disc.height_m) == pytest.approx((0.6, 0.6), abs=1e-3)
    assert len(disc.outline_m) == 24
    np.testing.assert_allclose(disc.base_m, (0.052, 0, 0.2), atol=1e-5)
    factor = 1.96 / 0.98
    assert (tall.width_m, tall.height_m) == pytest.approx((0.3 * factor, 0.9 * factor))


def test_mirrors_of_a_pack_hang_lean_and_stand_at_walls(mirrors):
    shown, kinds = 0, set()
    settings = compose([*SMALL, "scene=studio", "mirrors=pack", "mirrors.pack.count=2", "camera=handheld"])
    for index in range(6):
        spec = sample_scene(settings, mirrors, index)
        assert spec == spec_from_json(spec_to_json(spec))
        layout = spec.scenery.layout()
        site = PlacementContext(layout, spec.camera, spec.people)
        for mirror in spec.mirrors:
            kinds.add((mirror.item, mirror.lean_deg > 0))
            shown += site.predicted_px(mirror) > 0
            mount = next(m for m in layout.mirror_mounts if m.name == mirror.mount)
            out = np.array([np.cos(np.radians(mount.facing_deg)), np.sin(np.radians(mount.facing_deg))])
            behind = (np.array(mirror.body_m[:2]) - mount.start_xy_m) @ out
            assert 0 < behind < 0.35
            if mirror.item == "round":
                assert mirror.tilt_deg == pytest.approx(0)
                assert 1.3 < mirror.position_m[2] - mount.base_z_m + 0.3 < 1.7
            else:
                assert mirror.tilt_deg == pytest.approx(mirror.lean_deg, abs=1e-6)
                assert mirror.tint[0] == pytest.approx(0.8)
            things = {t.category for t in mirror.labelled_instances()}
            assert things == {"mirror", "cheval" if mirror.item == "tall" else "mirrors"}
            assert mirror.corners_m()[:, 2].min() > mount.base_z_m
    assert shown >= 3
    assert {name for name, _ in kinds} == {"round", "tall"}


def test_a_round_mirror_shows_nobody_in_the_corners_of_its_rectangle(mirrors):
    settings = compose([*SMALL, "scene=studio", "mirrors=pack", "mirrors.pack.tags=round"])
    spec = next(m for k in range(5) for m in sample_scene(settings, mirrors, k).mirrors)
    right, up, normal = spec.axes()
    middle = np.array(spec.position_m) + 0.3 * up
    eye = middle + 3 * normal
    for along, high, seen in ((0.0, 0.0, True), (0.2, 0.2, True), (0.26, 0.26, False)):
        at = middle + along * right + high * up
        point = at + (at - eye) - 2 * ((at - eye) @ normal) * normal  # what is seen there, mirrored about the plane
        hits, on = spec.reflection_points(eye, point[None])
        np.testing.assert_allclose(hits[0], at, atol=1e-6)
        assert on[0] == seen


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("mirrors.pack.tags=[oval]", ("mirrors.pack.tags", "oval", "round, tall")),
        ("mirrors.pack.category=[cheval_]", ("mirrors.pack.category", "cheval_", "cheval")),
        ("mirrors.pack.weights={mirrors: 0}", ("mirrors.pack", "mirrors/round")),
        ("mirrors.pack.weights={mirror: 1}", ("mirrors.pack.weights", "mirrors/tall")),
    ],
)
def test_a_mirror_that_no_pack_has_is_told(mirrors, override, told):
    with pytest.raises(ConfigError) as caught:
        sample_scene(compose([*SMALL, "mirrors=pack", override]), mirrors, 0)
    assert all(word in str(caught.value) for word in told)


def test_without_any_pack_of_mirrors_the_mend_says_so():
    with pytest.raises(ConfigError, match="kind: mirror"):
        sample_scene(compose([*SMALL, "mirrors=pack"]), (), 0)


@pytest.mark.parametrize(
    ("line", "making", "told"),
    [
        ("", {"bend_m": 0.004}, ("not flat", "m.glb", "Mirror")),
        ("", {"flip": True}, ("front", "m.glb")),
        (", surface: Glass", {}, ("no such material", "m.glb", "items[0].surface.material", "Glass", "Mirror")),
        (", stands: pavement", {}, ("items[0].stands", "pack.yaml", "leaning")),
        (", surface: {material: Mirror, roughness: 0.3}", {}, ("items[0].surface.roughness", "0.3", "pack.yaml")),
    ],
)
def test_a_mirror_that_cannot_be_used_is_told_with_file_key_and_hint(tmp_path, line, making, told):
    write_mirror(tmp_path / "m.glb", rectangle(0.5, 0.1, 0.9), **making)
    write_manifest(tmp_path, "one", "kind: mirror", "items:", f"  - {{file: m.glb{line}}}")
    with pytest.raises(AssetError) as caught:
        load_pack(tmp_path)
    assert all(word in str(caught.value) for word in (*told, "fix:"))


def test_a_mirrors_licence_is_found_in_the_scene(mirrors):
    settings = compose([*SMALL, "scene=studio", "mirrors=pack", "mirrors.pack.tags=tall"])
    spec = sample_scene(settings, mirrors, 1)
    (one,) = [part for part in spec.pack_items() if part.pack == "mirrors"]
    assert (one.item, one.licence, one.author) == ("tall", "CC0-1.0", "A. Artist")
    assert not list(dataclasses.replace(spec, mirrors=()).pack_items())


# --- motions


@pytest.fixture(scope="module")
def motions(tmp_path_factory):
    folder = write_manifest(
        tmp_path_factory.mktemp("motions"), "moves", "kind: motion", "items:",
        "  - {file: walk.bvh, name: jump, tags: [lively], author: CMU, start_s: 0.1}",
        "  - {file: walk.bvh, name: other, weight: 0}",
    )  # fmt: skip
    (folder / "walk.bvh").write_bytes(CMU.read_bytes())
    return _packs_without_starter([folder])


@functools.cache
def _places_with_a_motion_of_a_file():
    spec = sample_scene(compose([*SMALL, f"pedestrians.person.motion={CMU}"]), (), 0)
    return [p.position_m for p in spec.people]


@pytest.mark.parametrize("name", ["moves/jump", "lively", "moves"])
def test_people_move_by_the_motions_of_packs_and_carry_their_licence(motions, name):
    settings = compose([*SMALL, f"pedestrians.person.motion=[{name}]"])
    spec = sample_scene(settings, motions, 0)
    assert spec == spec_from_json(spec_to_json(spec))
    moving = [p.pose.motion for p in spec.people if p.pose.motion is not None]
    assert moving
    for motion in moving:
        assert (motion.name, motion.credit.pack) == ("walk.bvh", "moves")
        assert (motion.credit.item, motion.credit.author) == ("jump", "CMU")
    assert "moves" in {part.pack for part in spec.pack_items()}
    assert [p.position_m for p in spec.people] == _places_with_a_motion_of_a_file()


def test_a_motion_that_no_pack_has_is_told(motions):
    with pytest.raises(ConfigError) as caught:
        sample_scene(compose([*SMALL, "pedestrians.person.motion=[moves/run]"]), motions, 0)
    assert all(word in str(caught.value) for word in ("pedestrians.person.motion", "moves/run", "moves/jump", "lively"))
    with pytest.raises(ConfigError, match="kind: motion"):
        sample_scene(compose([*SMALL, "pedestrians.person.motion=waltz"]), (), 0)


def test_a_motion_without_people_in_it_is_told_by_item(tmp_path):
    text = CMU.read_text().replace("LeftUpLeg", "Wheel")
    write_manifest(tmp_path, "moves", "kind: motion")
    (tmp_path / "cart.bvh").write_text(text)
    packs = _packs_without_starter([tmp_path])
    with pytest.raises(AssetError, match="does not fit the rig") as caught:
        sample_scene(compose([*SMALL, "pedestrians.person.motion=moves/cart"]), packs, 0)
    assert all(word in str(caught.value) for word in ("cart.bvh", "moves/cart: map", "left_thigh", "Wheel"))


# --- what is read before anything is drawn


@pytest.mark.parametrize(
    ("kind", "name", "write", "told"),
    [
        ("motion", "m.bvh", lambda f: f.write_text("HIERARCHY\nROOT hips\n{\nOFFSET 0 0\n"), ("BVH", "m.bvh")),
        ("motion", "m.bvh", lambda f: f.write_bytes(b"\x00\xff" * 40), ("BVH", "m.bvh")),
        (
            "sky",
            "s.hdr",
            lambda f: f.write_bytes(b"#?RADIANCE\nnothing of the kind"),
            ("readable image", "s.hdr"),
        ),
        ("sky", "s.exr", lambda f: f.write_bytes(b"v/1\x01 but no more"), ("readable image", "s.exr")),
        ("sky", "s.hdr", lambda f: write_sky(f, 64, 64), ("panorama", "64 x 64", "s.hdr")),
        ("sky", "s.hdr", lambda f: write_sky(f, value=0.0), ("black", "s.hdr")),
        ("sky", "s.exr", lambda f: write_exr(f, np.inf), ("infinite", "s.exr")),
        (
            "material",
            "a_albedo.png",
            lambda f: f.write_bytes(b"\x89PNG broken"),
            ("readable image", "a_albedo.png"),
        ),
    ],
)
def test_a_damaged_file_fails_its_item_by_name(tmp_path, kind, name, write, told):
    write_manifest(tmp_path, "mine", f"kind: {kind}", "items:", f"  - {{file: {name}, name: thing}}")
    write(tmp_path / name)
    with pytest.raises(ItemError) as caught:
        load_pack(tmp_path)
    assert all(word in str(caught.value) for word in ("mine/thing", *told, "fix:"))
    (left_out,) = load_pack(tmp_path, on_error="skip").broken
    assert left_out.item == "thing"


@pytest.mark.parametrize(
    ("kind", "file", "key"),
    [("motion", "a.fbx", ".bvh"), ("sky", "a.jpg", ".hdr .exr"), ("material", "a.glb", ".png"), ("sky", "", ".hdr")],
)
def test_a_file_of_the_wrong_format_is_told_with_the_right_ones(tmp_path, kind, file, key):
    line = f"  - {{file: {file}, name: x}}" if file else "  - {name: x}"
    write_manifest(tmp_path, "mine", f"kind: {kind}", "items:", line)
    with pytest.raises(AssetError) as caught:
        load_pack(tmp_path)
    assert all(word in str(caught.value) for word in ("pack.yaml", "items[0].file", key))


def test_a_folder_of_files_with_a_short_manifest_is_a_pack(tmp_path):
    for name in ("noon.hdr", "deep/dawn.exr"):
        write_sky(tmp_path / name) if name.endswith("hdr") else write_exr(tmp_path / name, 0.5)
    pack = load_pack(write_manifest(tmp_path, "skies", "kind: sky"))
    assert [(i.name, i.file) for i in pack.items] == [("dawn", "deep/dawn.exr"), ("noon", "noon.hdr")]
    assert {i.kind for i in pack.items} == {"sky"}


# --- skies


@pytest.mark.parametrize("name", ["heavens/noon", "heavens/a/noon.hdr"])
def test_a_sky_of_a_pack_is_named_by_item_or_file(tmp_path, name):
    write_sky(tmp_path / "a" / "noon.hdr")
    write_manifest(tmp_path, "heavens", "kind: sky", "author: P. Hotographer")
    packs = _packs_without_starter([tmp_path])
    spec = sample_scene(compose([*SMALL, f"weather.hdri={name}"]), packs, 0)
    assert spec == spec_from_json(spec_to_json(spec))
    assert spec.weather.hdri == "heavens/a/noon.hdr"
    assert (spec.weather.hdri_credit.item, spec.weather.hdri_credit.author) == ("noon", "P. Hotographer")
    assert [c.pack for c in spec.pack_items()] == ["heavens"]
    assert sky_of_packs(name, packs)[0] == "heavens/a/noon.hdr"


def test_a_sky_that_no_pack_has_stops_the_run_before_it_begins(tmp_path):
    write_sky(tmp_path / "noon.hdr")
    packs = _packs_without_starter([write_manifest(tmp_path, "heavens", "kind: sky")])
    for name, told in (("heavens/dusk", "noon"), ("hell/noon", "heavens"), ("heavens/../x.hdr", "leads out")):
        with pytest.raises(BlenderSynthError, match=told) as caught:
            sky_of_packs(name, packs)
        assert "weather.hdri" in str(caught.value)


# --- vehicles


@pytest.fixture(scope="module")
def vehicles(tmp_path_factory):
    """A car, a lorry that no parking place holds, and one that may not be parked."""
    folder = write_manifest(
        tmp_path_factory.mktemp("vehicles"), "fleet", "category: vehicle", "stands: parking", "items:",
        "  - {file: car.glb, author: A. Maker}", "  - {file: lorry.glb}", "  - {file: toy.glb, stands: pavement}",
        "  - {file: crate.glb, category: crate, stands: [road, parking]}",
    )  # fmt: skip
    write_box(folder / "car.glb", (-0.9, 0, -2.2), (0.9, 1.5, 2.2))
    write_box(folder / "lorry.glb", (-1.2, 0, -7), (1.2, 3.5, 7))
    write_box(folder / "toy.glb", (-0.3, 0, -0.3), (0.3, 0.4, 0.3))
    write_box(folder / "crate.glb", (-0.3, 0, -0.3), (0.3, 0.4, 0.3))
    return _packs_without_starter([folder])


def test_vehicles_of_packs_park_where_the_street_has_room_along_the_traffic(vehicles):
    parked = 0
    settings = compose([*SMALL, "scene=street", "props.parked=1", "scene.car_share=0.4", "scene.parking=both"])
    for index in range(6):
        street = settings.scenery.sample(Streams(0, index))
        props = settings.props.sample(Streams(0, index), street.layout(), vehicles)
        cars = [prop for prop in props if prop.category == "vehicle" and prop.item == "car"]
        parked += len(cars)
        assert {prop.item for prop in props if prop.pack == "fleet"} <= {"car", "toy"}
        own = [car.footprint() for car in street.cars]
        crossing = rectangle_xy((street.road.crossing.x_m, 0), street.road.crossing.width_m, 40.0, 0.0)
        for car in cars:
            _, y, z = car.position_m
            assert (z, car.heading_deg) == (0.0, 0.0 if y < 0 else 180.0)
            assert all(abs(corner[1]) < street.kerb_y_m for corner in car.footprint_xy_m())
            assert all(abs(corner[1]) > street.kerb_y_m - 2.1 for corner in car.footprint_xy_m())
            assert not any(overlap(car.footprint_xy_m(), other, 0.1) for other in (*own, crossing))
            assert 4.1 < car.high_m[0] - car.low_m[0] < 4.7
        shapes = [car.footprint_xy_m() for car in cars]
        assert not any(overlap(a, b, 0.1) for n, a in enumerate(shapes) for b in shapes[:n])
    assert parked > 20


def test_a_street_is_the_same_with_and_without_parking_places_for_packs(vehicles):
    street = compose(["scene=street"]).scenery.sample(Streams(0, 2)).layout()
    some, none, empty = (
        compose(["scene=street", f"props.{key}"]).props.sample(Streams(0, 2), street, vehicles)
        for key in ("parked=1", "parked=0", "count=0")
    )
    assert [prop for prop in some if prop.item != "car"] == list(none)
    assert len(some) > len(none) > 0
    assert empty == ()


# --- materials


@pytest.mark.parametrize(
    ("name", "kind", "rest"),
    [
        ("bricks_albedo.png", "albedo", "bricks"),
        ("Bricks075A_1K-JPG_Color.jpg", "albedo", "Bricks075A_1K-JPG"),
        ("Bricks075A_1K-JPG_NormalDX.jpg", "normal_dx", "Bricks075A_1K-JPG"),
        ("rock_wall_nor_gl_2k.exr", "normal", "rock_wall_2k"),
        ("rock_wall_diff_2k.jpg", "albedo", "rock_wall_2k"),
        ("T-Wool-BaseColor.tif", "albedo", "T-Wool"),
        ("wool_AO.png", "ao", "wool"),
        ("colour.png", "albedo", ""),
        ("colourful.png", "", "colourful"),
        ("plate_metal_rough.png", "roughness", "plate_metal"),
        ("metal_plate_diff_1k.jpg", "albedo", "metal_plate_1k"),
    ],
)
def test_what_a_texture_is_of_is_told_by_its_name(name, kind, rest):
    assert map_of(name) == (kind, rest)


@pytest.fixture(scope="module")
def materials(tmp_path_factory):
    folder = write_manifest(
        tmp_path_factory.mktemp("materials"), "stuff", "kind: material", "author: A. Maker", "items:",
        "  - {file: walls/red_albedo.png, name: red, tile_m: [0.5, 0.25], tags: [brick]}",
        "  - {file: tweed_albedo.png, name: tweed, tile_m: 0.2, maps: {roughness: walls/red_roughness.png}}",
    )  # fmt: skip
    write_textures(folder / "walls", "red", (200, 40, 30), "normal", "roughness", "height")
    write_textures(folder / "walls", "blue", (20, 40, 200), "normal")
    write_textures(folder, "tweed", (30, 160, 60), "normaldx")
    return _packs_without_starter([folder])


def test_a_set_of_textures_is_gathered_by_its_names(materials):
    pack = next(pack for pack in materials if pack.name == "stuff")
    assert dict(pack.item("red").maps) == {
        "albedo": "walls/red_albedo.png", "normal": "walls/red_normal.png",
        "roughness": "walls/red_roughness.png", "height": "walls/red_height.png",
    }  # fmt: skip
    assert dict(pack.item("tweed").maps) == {
        "albedo": "tweed_albedo.png", "normal_dx": "tweed_normaldx.png", "roughness": "walls/red_roughness.png",
    }  # fmt: skip
    assert pack.item("tweed").terms.tile_m == (0.2, 0.2)


def test_surfaces_and_clothes_are_made_of_materials_of_packs(materials):
    base = [*SMALL, "scene=street"]
    plain = sample_scene(compose(base), materials, 0)
    settings = compose([*base, "scene.materials.wall=brick", "+scene.materials.road={stuff/tweed: 1, own: 0}"])
    spec = sample_scene(settings, materials, 0)
    assert spec == spec_from_json(spec_to_json(spec))
    assert dataclasses.replace(spec, surfaces=()) == plain
    assert {s.surface: s.material.item for s in spec.surfaces} == {"wall": "red", "road": "tweed"}
    assert next(s.material for s in spec.surfaces if s.surface == "wall").tile_m == (0.5, 0.25)
    dressed = sample_scene(compose([*base, "pedestrians.person.outfit.fabrics={stuff/tweed: 1, own: 1}"]), materials, 0)
    worn = [g.fabric.texture for p in dressed.people for g in (p.outfit.lower, p.outfit.top)]
    assert {None, "tweed"} == {t and t.item for t in worn}
    assert {c.item for c in dressed.pack_items()} == {"tweed"}
    assert [dataclasses.replace(p, outfit=q.outfit) for p, q in zip(dressed.people, plain.people, strict=True)] == [
        *plain.people
    ]


@pytest.mark.parametrize(
    "override",
    ["mirrors=pack", "pedestrians.person.motion=waltz", "scene.materials.wall=brick", "weather.hdri=heavens/noon",
     "pedestrians.person.outfit.fabrics=tweed"],
)  # fmt: skip
def test_what_no_pack_has_stops_the_run_before_it_begins(tmp_path, override):
    with pytest.raises(ConfigError, match="no "):
        render(compose([*SMALL, override, f"output={tmp_path / 'run'}"]))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("scene.materials.wall=stuff/green", ("scene.materials.wall", "stuff/green", "stuff/red, stuff/tweed")),
        ("scene.materials.sky=brick", ("scene.materials", "sky", "pavement")),
        ("scene.materials.wall={brick: -1}", ("scene.materials.wall", "negative")),
        ("pedestrians.person.outfit.fabrics=silk", ("pedestrians.person.outfit.fabrics", "silk", "stuff/tweed")),
    ],
)
def test_a_material_that_no_pack_has_is_told(materials, override, told):
    with pytest.raises(ConfigError) as caught:
        sample_scene(compose([*SMALL, "scene=street", override]), materials, 0)
    assert all(word in str(caught.value) for word in told)


def test_a_map_that_leads_out_of_the_pack_or_is_missing_is_told(tmp_path):
    write_textures(tmp_path / "in", "a", (9, 9, 9))
    write_textures(tmp_path, "a", (9, 9, 9), "normal")
    for path, told in (("../a_normal.png", "leads out"), ("gone.png", "missing")):
        line = f"  - {{file: a_albedo.png, maps: {{normal: {path}}}}}"
        write_manifest(tmp_path / "in", "mine", "kind: material", "items:", line)
        with pytest.raises(ItemError, match=told) as caught:
            load_pack(tmp_path / "in")
        assert all(word in str(caught.value) for word in ("maps.normal", path))
