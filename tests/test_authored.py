"""Scenes that artists make, without Blender: outlines, marks, parts, where scenes are found."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import yaml

from blender_synth import geometry, resources, scene_files
from blender_synth.config import Identity, compose
from blender_synth.errors import BlenderSynthError, ConfigError
from blender_synth.keys import values_at
from blender_synth.packs import load_pack
from blender_synth.seeds import Streams
from blender_synth.world.layout import Area, CameraAnchor, MirrorMount, PlacedProp, Seat
from blender_synth.world.placement.camera_placement import place_camera
from blender_synth.world.placement.scene_props import with_placed
from blender_synth.world.scenery import authored
from blender_synth.world.scenery.authored import layout as authored_layout
from blender_synth.world.scenery.authored import rules
from blender_synth.world.scenery.shared import marks, outlines, part_base
from tests.small_glb import write_box

SQUARE = [[-5, -4], [5, -4], [5, 4], [-5, 4]]
ROOM = {
    "kind": "authored",
    "licence": "CC0-1.0",
    "indoor_c": 21,
    "parts": [
        {"part": "floor", "size_m": [10, 8], "walk": "indoors"},
        {"part": "wall", "name": "north", "from_m": [5, 4], "to_m": [-5, 4],
         "openings": [{"at_m": [4, 6], "width_m": 1.2, "height_m": 1.4, "sill_m": 0.9, "fill": "glass"}]},
        {"part": "box", "name": "crate", "size_m": [1, 1, [0.8, 1.2]], "at_m": [[-3, 3], 0, 0], "count": [1, 4],
         "step_m": [0.2, 1.2, 0], "material": "wood"},
        {"part": "furniture", "what": "bench", "at_m": [-3, -3, 0], "heading_deg": 90},
        {"part": "light", "at_m": [0, 0, 2.8]},
    ],
    "marks": {
        "camera.handheld.a": {"start_xy_m": [0, -3.5], "heading_deg": 90},
        "seat.stool": {"position_m": [3, -3, 0.5], "heading_deg": 45},
    },
}  # fmt: skip


def write(folder, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scene.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return folder


def drawn(data, seed=0):
    randomizer = authored.Randomizer(**{k: v for k, v in data.items() if k != "kind"})
    return randomizer.sample(Streams(seed, 0).child("scenery"))


# --- outlines


@pytest.mark.parametrize("seed", range(6))
def test_any_polygon_becomes_convex_ones_of_the_same_area(seed):
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 14))
    polygon = np.round(rng.uniform(1, 6, 14)[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1), 4)
    parts = outlines.convex_parts([polygon[::-1]])
    assert sum(geometry.polygon_area(p) for p in parts) == pytest.approx(geometry.polygon_area(polygon), rel=1e-6)
    points = rng.uniform(-6, 6, (400, 2))
    inside = np.sum([geometry.in_convex(points, p) for p in parts], axis=0)
    assert inside.max() == 1  # no two overlap
    for part in parts:
        turn = np.cross(np.roll(part, -1, 0) - part, np.roll(part, -2, 0) - np.roll(part, -1, 0))
        assert (turn > -1e-6).all()


def test_a_floor_of_many_faces_is_one_area():
    grid = [np.array([(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)], float) for i in range(6) for j in range(5)]
    (whole,) = outlines.convex_parts(grid)
    assert geometry.polygon_area(whole) == pytest.approx(30)
    assert len(whole) == 4


def test_walls_in_one_mesh_leave_the_room_free_and_furniture_does_not():
    points = np.array([(x, y, z) for z in (0, 3) for x, y in SQUARE], float)
    sides = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    walls = outlines.footprints(points, sides, 0.0)
    assert len(walls) == 4
    assert not any(geometry.in_convex(np.zeros(2), outline) for outline, _, _ in walls)
    (table,) = outlines.footprints(points * (0.1, 0.1, 0.25), sides, 0.0)
    assert geometry.in_convex(np.zeros(2), table[0])
    assert outlines.footprints(points * (1, 1, 0.05), sides, 0.0) == []  # a rug is stepped over
    assert outlines.footprints(points * (0.1, 0.1, 0.25) + (0, 0, 2.5), sides, 0.0) == []  # a lamp is walked under


# --- marks


def test_names_of_marks():
    record = marks.Record
    assert marks.mark_of(record("Walk.Pavement.Yard.001", "MESH")) == ["walk", "pavement", "yard"]
    assert marks.mark_of(record("Empty.003", "EMPTY", collections=("things", "Seat.Sofa"))) == ["seat", "sofa"]
    assert marks.mark_of(record("x", "EMPTY", properties={"bs": "spot.wall"})) == ["spot", "wall"]
    assert marks.mark_of(record("table.001/seat.left.002", "EMPTY")) == ["seat", "left"]
    for plain in ("Camera", "Mirror.001", "walkway.pavement", "Road"):
        assert marks.mark_of(record(plain, "MESH")) is None
    assert marks.surface_of("Mirror!.001") == "mirror"
    assert marks.surface_of("mirror") is None
    assert marks.thing_of(record("chair.002", "MESH", collections=("cat.furniture",))) == ("chair.002", "furniture")
    assert marks.thing_of(record("leg", "MESH", parents=("chair",))) == ("chair", "scenery")
    assert marks.thing_of(record("leaf", "MESH", collections=("thing.vegetation.oak",)))[0] == "thing.vegetation.oak"


def test_marks_in_yaml_mean_what_they_say():
    plan = drawn({**ROOM, "marks": {
        "walk.pavement.l": {"polygon_xy_m": [[0, 0], [4, 0], [4, 2], [2, 2], [2, 4], [0, 4]], "flow_deg": 30},
        "mirror.wall.w": {"start_xy_m": [0, 9], "end_xy_m": [3, 9], "height_m": 2.5},
        "camera.cctv.c": {"start_xy_m": [1, 1], "heading_deg": 10, "height_m": [2.2, 2.4], "pitch_deg": -20},
        "seat.b.2": {"position_m": [1, 1, 0.4], "heading_deg": 90},
        "obstacle.o": {"polygon_xy_m": [[8, 8], [9, 8], [9, 9]], "height_m": 2},
        "spot.pavement.bin+plant": {"position_m": [1, 3, 0], "room_m": 0.4},
        "lamp.lantern.x": {"position_m": [0, 0, 3]},
    }})  # fmt: skip
    layout = plan.layout()
    areas = [a for a in layout.areas if a.name.startswith("walk")]
    assert len(areas) == 2
    assert {a.flow_deg for a in areas} == {30.0}
    (mount,) = [m for m in layout.mirror_mounts if m.name.startswith("mirror")]
    assert (mount.facing_deg, mount.length_m, mount.clear_height_m) == (270.0, 3.0, 2.5)
    assert mount.start_xy_m == (0.0, 9.0)  # on the left, seen from the front
    assert layout.prop_spots[0].wants == ("bin", "plant")
    assert next(o for o in layout.obstacles if o.name == "obstacle.o").height_m == pytest.approx(2)
    assert plan.lamps[0].variant == 1
    camera = compose(["scene=studio", "camera=cctv"]).camera
    shot = place_camera(camera, layout, Streams(0, 0), 64, 48)
    assert 2.2 <= shot.position_m[2] <= 2.4
    assert abs(shot.pitch_deg + 20) < 6


@pytest.mark.parametrize(("marks", "word"), [
    ({"wakl.pavement": {}}, "did you mean walk.pavement"),
    ({"garden.path": {}}, "begin it with one of"),
    ({"walk.pavement": {"polygon_xy_m": [[0, 0], [1, 0]]}}, "at least 3"),
    ({"camera.cctv.a": {"start_xy_m": [0, 0]}}, "heading_deg"),
    ({"spot.wall": {"position_m": [0, 0, 0], "room_m": -1}}, "greater than 0"),
])  # fmt: skip
def test_bad_yaml_marks_are_named(tmp_path, marks, word):
    folder = write(tmp_path / "s", {**ROOM, "marks": marks})
    with pytest.raises(ConfigError) as caught:
        scene_files.load_scene("s", folder, {})
    assert word in str(caught.value)
    assert next(iter(marks)) in str(caught.value)
    assert "scene.yaml" in str(caught.value)


# --- parts


def test_parts_make_a_layout_that_is_the_same_for_a_seed_and_differs_between_seeds():
    one, again, other = drawn(ROOM, 1), drawn(ROOM, 1), drawn(ROOM, 2)
    assert one == again
    assert one.pieces != other.pieces
    layout = one.layout()
    assert layout.indoor_c == 21
    (area,) = layout.areas
    assert (area.use, area.ground_id) == ("indoors", one.labelled_instances()[0].instance_id)
    assert {m.name.split("_")[0] for m in layout.mirror_mounts} == {"north"}
    for mount in layout.mirror_mounts:  # the wall's front looks into the room, and mounts keep off the window
        assert mount.facing_deg == pytest.approx(270)
        assert np.cross([*(np.subtract(mount.end_xy_m, mount.start_xy_m)), 0], [0, 0, 1])[1] < 0
    assert layout.built_in_mirrors[0].surface == "glass"
    assert len([s for s in layout.seats if s.bench.startswith("furniture")]) == 2
    assert not [p for p in scene_problems(layout) if p.severity == "error"]
    assert len({t.instance_id for t in one.labelled_instances()}) == len(one.labelled_instances())


def scene_problems(layout):
    return authored_layout.layout_problems(layout)


def test_a_row_of_things_keeps_its_step():
    part = {"part": "cylinder", "name": "post", "diameter_m": 0.1, "height_m": 1, "at_m": [1, 2, 0], "count": 5,
            "step_m": [0, 1.5, 0]}  # fmt: skip
    plan = drawn({**ROOM, "parts": [ROOM["parts"][0], part]})
    posts = [p.position_m for p in plan.pieces if p.thing.startswith("post")]
    assert posts == [(1.0, 2.0 + 1.5 * k, 0.0) for k in range(5)]
    assert len([o for o in plan.layout().obstacles if o.name.startswith("post")]) == 5


def test_parts_with_one_palette_take_the_same_place_on_it():
    box = {"part": "box", "size_m": [1, 1, 1], "at_m": [0, 0, 0], "palette": "p", "colour": ["#000000", "#ffffff"]}
    for seed in range(8):
        a, b = drawn({**ROOM, "parts": [ROOM["parts"][0], {**box, "name": "a"}, {**box, "name": "b"}]}, seed).pieces[1:]
        assert a.rgb == b.rgb


def test_every_material_of_parts_can_be_made():
    pytest.importorskip("bpy")
    from blender_synth.blender.scenery.materials import MAKERS

    assert set(part_base.MATERIALS) <= set(MAKERS)


@pytest.mark.parametrize(("part", "key"), [
    ({"part": "wall", "from_m": [0, 0], "to_m": [1, 0], "heigth_m": 3}, "heigth_m"),
    ({"part": "floor", "size_m": [-1, 2]}, "size_m"),
    ({"part": "box", "size_m": [1, 1, [3, 1]], "at_m": [0, 0, 0]}, "size_m"),
    ({"part": "box", "size_m": [1, 1, 1], "at_m": [0, 0, 0], "count": 100000}, "count"),
    ({"part": "box", "size_m": [1, 1, 1], "at_m": [0, 0, 0], "category": "pedestrian"}, "category"),
    ({"part": "box", "size_m": [1, 1, 1], "at_m": [0, 0, 0], "material": "chese"}, "material"),
    ({"part": "box", "size_m": [1, 1, 1], "at_m": [0, 0, 0], "colour": "red"}, "colour"),
    ({"part": "blob"}, "parts[0]"),
    ({"part": "light", "at_m": [0, 0, math.nan]}, "at_m"),
])  # fmt: skip
def test_a_bad_part_is_named_with_its_key_and_file(tmp_path, part, key):
    folder = write(tmp_path / "s", {**ROOM, "parts": [part]})
    with pytest.raises(ConfigError) as caught:
        scene_files.load_scene("s", folder, {})
    assert "scene.parts[0]" in str(caught.value)
    assert key in str(caught.value)
    assert str(folder / "scene.yaml") in str(caught.value)


@pytest.mark.parametrize(("change", "word"), [
    ({"licence": "whatever I like"}, "SPDX"),
    ({"licence": "CC-BY-4.0"}, "author"),
    ({"licence": ""}, "licence"),
    ({"parts": []}, "empty"),
    ({"file": "../other.blend"}, "leads out"),
    ({"file": "/etc/passwd"}, "relative"),
    ({"file": "no.blend"}, "missing"),
    ({"file": "scene.yaml"}, "must be a .blend"),
    ({"found": {}}, "the program sets this key"),
    ({"indoor_c": 300}, "degrees"),
    ({"presence": {"plants": 2}}, "presence"),
    ({"presence": {"plants": 0.5}}, "nothing of that name"),
    ({"variants": {"a": {"none": 1, "ghosts": 1}}}, "nothing of that name"),
])  # fmt: skip
def test_a_bad_scene_file_is_told_with_the_mend(tmp_path, change, word):
    folder = write(tmp_path / "s", {**ROOM, **change})
    with pytest.raises(BlenderSynthError) as caught:
        scene_files.load_scene("s", folder, {})[0].sample(Streams(0, 0))
    assert word in str(caught.value)
    problems, layout = scene_files.describe_scene(folder)
    assert layout is None
    assert any(p.severity == "error" and p.hint for p in problems)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    folder = write(tmp_path / "s", ROOM)
    (tmp_path / "secret.png").write_bytes(b"x")
    (folder / "look.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(BlenderSynthError, match="leads out"):
        scene_files.load_scene("s", folder, {})


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "\x00", "!!python/object/apply:os.system ['touch /tmp/x']"])
def test_a_damaged_scene_yaml_is_told(tmp_path, text):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "scene.yaml").write_text(text)
    with pytest.raises(ConfigError):
        scene_files.load_scene("s", tmp_path / "s", {})


# --- what a layout needs


def test_nowhere_to_walk_no_camera_and_a_mount_into_its_wall_are_found():
    layout = drawn({**ROOM, "marks": {}, "parts": [ROOM["parts"][1]]}).layout()
    assert {p.code for p in authored_layout.layout_problems(layout)} == {"no_walkable_area", "no_camera"}
    wall = {"part": "wall", "from_m": [0, 0], "to_m": [4, 0]}
    marks = {"mirror.wall.x": {"start_xy_m": [3, 0.02], "end_xy_m": [1, 0.02], "height_m": 2},
             "camera.handheld.in": {"start_xy_m": [2, -0.1], "heading_deg": 0}}  # fmt: skip
    layout = drawn({**ROOM, "marks": marks, "parts": [ROOM["parts"][0], wall]}).layout()
    assert {"camera_inside"} <= {p.code for p in authored_layout.layout_problems(layout)}
    turned = {"mirror.wall.x": {"start_xy_m": [1, 0.02], "end_xy_m": [3, 0.02], "height_m": 2}}
    layout = drawn({**ROOM, "marks": turned, "parts": [ROOM["parts"][0], wall]}).layout()
    assert "mount_into_wall" in {p.code for p in authored_layout.layout_problems(layout)}


def test_a_thing_that_moves_takes_its_places_along():
    what = Seat(bench="b", position_m=(1.0, 0.0, 0.0), heading_deg=90.0, height_m=0.4)
    moved = authored_layout.moved(marks.Marked(what=what, of="t"), (2.0, 0.0, 90.0), (0.0, 0.0)).what
    assert moved.position_m == pytest.approx((2.0, 1.0, 0.0))
    assert moved.heading_deg == pytest.approx(180)
    mount = MirrorMount(name="m", start_xy_m=(0, 0), end_xy_m=(1, 0), facing_deg=270, base_z_m=0, clear_height_m=2)
    moved = authored_layout.moved(marks.Marked(what=mount, of="t"), (0.0, 0.0, 90.0), (0.0, 0.0)).what
    assert moved.end_xy_m == pytest.approx((0.0, 1.0))
    assert moved.facing_deg == pytest.approx(0)


def found_scene(**rules):
    places = (
        marks.Marked(what=Area(name="walk.indoors", use="indoors", polygon_xy_m=tuple(map(tuple, SQUARE))), of="w"),
        marks.Marked(what=CameraAnchor(name="camera.handheld", rig="handheld", start_xy_m=(0, 0), end_xy_m=(0, 0),
                                        base_z_m=0, facing_deg=0), of="c"),
        marks.Marked(what=Seat(bench="sofa", position_m=(1, 1, 0), heading_deg=0, height_m=0.4), of="sofa",
                      within=("old", "sofa")),
    )  # fmt: skip
    things = [("floor", ()), ("sofa", ("old",)), ("chair", ("new",))]
    found = marks.Marks(
        things=tuple(
            marks.MarkedThing(name=n, category="furniture", pivot_xy_m=(0, 0), within=w) for n, w in things
        ),
        places=places, names=("Old", "New", "sofa", "chair", "floor"), materials=("Cloth",),
    )  # fmt: skip
    return authored.Randomizer(file="x.blend", licence="CC0-1.0", found=found, **rules)


def test_of_variants_one_is_there_with_all_that_is_in_it():
    randomizer = found_scene(variants={"style": {"old": 1, "New": 1}})
    seen = set()
    for seed in range(12):
        spec = randomizer.sample(Streams(seed, 0))
        names = {thing.name for thing in spec.labelled_instances()}
        assert ("sofa" in names) != ("chair" in names)
        assert bool(spec.layout().seats) == ("sofa" in names)
        seen |= names
        ids = {thing.name: thing.instance_id for thing in spec.labelled_instances()}
        assert ids["floor"] == 3001  # whatever else is there
    assert seen == {"floor", "sofa", "chair"}


def test_presence_colours_and_jitter_vary_and_only_by_the_seed():
    rules = {"presence": {"sof*": 0.5}, "colours": {"cloth": ["#000000", "#ffffff"]},
             "jitter": {"chair": {"shift_m": [0.1, 0.2]}}}  # fmt: skip
    specs = [found_scene(**rules).sample(Streams(seed, 0)) for seed in range(10)]
    assert specs == [found_scene(**rules).sample(Streams(seed, 0)) for seed in range(10)]
    assert {len(spec.labelled_instances()) for spec in specs} == {2, 3}
    assert len({spec.colours["Cloth"] for spec in specs}) == 10
    assert all(0.1 <= math.hypot(*spec.moves["chair"][:2]) <= 0.2 for spec in specs)


def test_an_instance_is_there_or_not_with_all_that_comes_with_it():
    names = ["set.001", "set.001/table", "set.001/chair", "set.002"]
    assert rules.matching("set.*", names) == ["set.001", "set.002"]
    assert rules.matching("SET", names) == ["set.001", "set.002"]
    assert rules.matching("set.*/chair", names) == ["set.001/chair"]


def test_rules_of_areas_and_cameras_reach_the_layout():
    spec = found_scene(spawn={"walk.*": {"share": 3, "most": 2}}, cameras={"handheld": {"height_m": [1, 1.1]}}).sample(
        Streams(0, 0)
    )
    (area,) = spec.layout().areas
    assert (area.share, area.most) == (3, 2)
    assert spec.layout().cameras[0].height_m == (1, 1.1)


# --- where scenes are found


def test_scenes_are_found_in_folders_and_packs(tmp_path, monkeypatch):
    write(tmp_path / "mine" / "room", ROOM)
    pack = tmp_path / "pack"
    write(pack / "scenes" / "cellar", ROOM)
    (pack / "pack.yaml").write_text("name: harbour\nlicence: CC0-1.0\nkind: scenes\n")
    monkeypatch.setenv(scene_files.ENVIRONMENT, str(tmp_path / "mine"))
    assert scene_files.find_scene("room") == tmp_path / "mine" / "room"
    assert scene_files.find_scene("harbour/cellar", [pack]) == pack / "scenes" / "cellar"
    assert scene_files.find_scene("cellar", [pack]) == pack / "scenes" / "cellar"
    settings = compose(["scene.name=harbour/cellar", f"packs=[{pack}]"])
    assert settings.scenery.scene == "harbour/cellar"
    with pytest.raises(ConfigError) as caught:
        scene_files.find_scene("attic", [pack])
    assert all(name in caught.value.hint for name in ("harbour/cellar", "room", "street", "courtyard"))
    for hostile in ("../mine/room", "harbour/../cellar", "", "a/b/c"):
        with pytest.raises(ConfigError, match="no such scene"):
            scene_files.find_scene(hostile, [pack])


def test_a_changed_scene_is_another_config(tmp_path, monkeypatch):
    monkeypatch.setenv(scene_files.ENVIRONMENT, str(tmp_path))
    folder = write(tmp_path / "room", ROOM)
    before = Identity.of(compose(["scene.name=room"]))
    (folder / "notes.md").write_text("hello")  # says nothing about the look
    assert Identity.of(compose(["scene.name=room"])) == before
    (folder / "wood.png").write_bytes(b"1")
    changed = Identity.of(compose(["scene.name=room"]))
    assert changed != before
    (folder / "wood.png").write_bytes(b"2")
    assert Identity.of(compose(["scene.name=room"])) != changed


def test_the_config_lies_over_the_scene_file(tmp_path, monkeypatch):
    monkeypatch.setenv(scene_files.ENVIRONMENT, str(tmp_path))
    write(tmp_path / "room", ROOM)
    spec = compose(["scene.name=room", "scene.indoor_c=5"]).scenery.sample(Streams(0, 0))
    assert spec.layout().indoor_c == 5


def test_a_spec_survives_json():
    from pydantic import TypeAdapter

    spec = drawn(ROOM, 4)
    adapter = TypeAdapter(authored.Spec)
    assert adapter.validate_python(json.loads(adapter.dump_json(spec))) == spec


# --- what artists are told


def test_the_guide_names_every_mark_part_material_and_key():
    guide = (resources.scenes_dir() / "README.md").read_text(encoding="utf-8")
    for mark in marks.MARKS:
        assert f"`{mark}." in guide
    for surface in marks.SURFACES:
        assert f"`{surface}!`" in guide
    for material in part_base.MATERIALS:
        assert material in guide
    told = {"floor", "wall", "ceiling", "box", "cylinder", "furniture", "mirror", "light", "prop"}
    for part in told:
        assert f"`{part}`" in guide
    fields = authored.Randomizer.__dataclass_fields__.values()
    for key in (field.name for field in fields if field.repr):
        assert f"`{key}`" in guide or f"`{key}:" in guide, key


def test_keys_shows_what_can_be_set_and_no_more():
    keys = values_at(compose(["scene=waiting_room"]), "scene")
    assert "presence" in keys
    assert not {"found", "folder", "digest"} & set(keys)


def test_a_part_may_be_a_thing_of_an_asset_pack(tmp_path):
    folder = tmp_path / "pack"
    folder.mkdir()
    write_box(folder / "urn.glb")
    (folder / "pack.yaml").write_text("name: garden\nlicence: CC0-1.0\ncategory: urn\nheight_m: 0.5\n")
    packs = [load_pack(folder)]
    for item in ("garden/urn", "urn"):
        part = {"part": "prop", "name": "gift", "item": item, "at_m": [1, 2, 0], "heading_deg": 30, "count": 2,
                "step_m": [1, 0, 0]}  # fmt: skip
        layout = drawn({**ROOM, "parts": [ROOM["parts"][0], part]}).layout()
        props = with_placed((), layout.placed, packs, Streams(0, 0))
        assert [(p.pack, p.item, p.position_m, p.heading_deg) for p in props] == [
            ("garden", "urn", (1.0, 2.0, 0.0), 30.0), ("garden", "urn", (2.0, 2.0, 0.0), 30.0)
        ]  # fmt: skip
        assert len({p.instance_id for p in props}) == 2
    wanted = [PlacedProp(name="gift", wants="sword", position_m=(0, 0, 0), heading_deg=0)]
    with pytest.raises(ConfigError, match="no asset pack has"):
        with_placed((), wanted, packs, Streams(0, 0))
