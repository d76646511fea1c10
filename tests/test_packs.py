"""Asset packs: the manifest, what is refused, where packs are found, and which props are drawn."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from blender_synth.config import compose
from blender_synth.errors import AssetError, ConfigError
from blender_synth.packs import find_packs, load_pack
from blender_synth.seeds import Streams
from blender_synth.world.layout import Area, Layout, Obstacle, PropSpot
from blender_synth.world.placement.props import PROP_IDS, PropRandomizer, PropSpec
from blender_synth.world.sample import sample_scene
from tests.small_glb import box_document, glb_bytes, write_box, write_pack

SHORTEST = "name: bollards\nlicence: CC0-1.0\nversion: 1\n"


def _refused(folder: Path, *says: str) -> str:
    with pytest.raises(AssetError) as caught:
        load_pack(folder)
    message = str(caught.value)
    for text in says:
        assert text in message
    assert caught.value.hint
    return message


# --- the manifest


def test_three_lines_and_a_folder_of_files_are_enough(tmp_path: Path):
    pack = load_pack(write_pack(tmp_path, SHORTEST, "small.glb", "more/Big one.glb", ".hidden/no.glb"))
    assert [(item.name, item.file) for item in pack.items] == [("Big_one", "more/Big one.glb"), ("small", "small.glb")]
    assert pack.version == "1"
    item = pack.items[0]
    assert (item.kind, item.terms.category, item.terms.licence) == ("prop", "bollards", "CC0-1.0")
    assert item.terms.stands == ("pavement",)
    # The file is 1 m wide (x), 2 m high (y) and 0.5 m deep (z, its front).
    assert np.allclose(item.box_m, [[-0.25, -0.5, 0], [0.25, 0.5, 2]])


def test_items_inherit_from_the_pack_and_overrule_it(tmp_path: Path):
    manifest = """
name: city
licence: cc-by-4.0
author: A. Painter
version: 2.1
category: furniture
height_m: 1
stands: [pavement, road]
items:
  - {file: a.glb}
  - {file: b.glb, name: tall, scale: 3, category: tower, stands: indoors, licence: MIT}
"""
    a, b = load_pack(write_pack(tmp_path, manifest, "a.glb", "b.glb", "unlisted.glb")).items
    assert (a.name, a.terms.category, a.terms.licence, a.terms.author) == ("a", "furniture", "CC-BY-4.0", "A. Painter")
    assert a.scale() == (0.5, 0.5, 0.5)
    assert (b.name, b.terms.category, b.terms.licence, b.terms.stands) == ("tall", "tower", "MIT", ("indoors",))
    assert b.scale() == (3.0, 3.0, 3.0)


def test_other_kinds_bring_keys_of_their_own(tmp_path: Path):
    tmp_path.joinpath("body.npz").write_bytes(b"x")
    manifest = SHORTEST + "kind: people\nages: [20, 80]\nitems:\n  - {name: body, file: body.npz, rig: default}\n"
    tmp_path.joinpath("pack.yaml").write_text(manifest)
    pack = load_pack(tmp_path)
    assert (pack.kind, pack.extra) == ("people", {"ages": [20, 80]})
    assert (pack.items[0].kind, pack.items[0].file, pack.items[0].terms.model_extra) == (
        "people",
        "body.npz",
        {"ages": [20, 80], "rig": "default"},
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("hight_m: 2", ("hight_m", "no such key", "height_m")),
        ("height_m: tall", ("height_m", "'tall'")),
        ("height_m: -1", ("height_m", "-1")),
        ("height_m: .inf", ("height_m",)),
        ("height_m: 1\nscale: 2", ("one of height_m, size_m and scale",)),
        ("front: '-y'", ("front -y", "up_axis")),
        ("stands: moon", ("stands", "'moon'", "pavement")),
        ("weight: -1", ("weight",)),
        ("category: pedestrian", ("pedestrian", "category")),
        ("items: [{file: bollard.glb, tag: x}]", ("items[0].tag", "no such key")),
        ("items: [{name: x}]", ("items[0].file", ".glb")),
        ("items: [{file: bollard.obj}]", ("items[0].file", "bollard.obj")),
        ("items: [{file: gone.glb}]", ("items[0].file", "missing", "gone.glb")),
        ("items: [{file: bollard.glb}, {file: ./bollard.glb}]", ("one name", "bollard")),
        ("items: 3", ("items",)),
    ],
)
def test_mistakes_are_named_with_file_key_and_mend(tmp_path: Path, line: str, says: tuple):
    _refused(write_pack(tmp_path, SHORTEST + line + "\n"), str(tmp_path), *says)


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ("name: [", "YAML"),
        ("- a list", "mapping"),
        ("licence: MIT", "add `name"),
        ("name: x", "add `licence"),
        ("name: ../x\nlicence: MIT", "name"),
        ("name: x\nlicence: free for all", "SPDX"),
        ("name: x\nlicence: CC-BY-4.0", "author"),
        ("name: x\nlicence: !!python/object/apply:os.system ['touch /tmp/never']", "YAML"),
    ],
)
def test_broken_manifests(tmp_path: Path, manifest: str, says: str):
    _refused(write_pack(tmp_path, manifest), "pack.yaml", says)


def test_a_manifest_of_aliases_of_aliases_is_refused_at_once(tmp_path: Path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    _refused(write_pack(tmp_path, SHORTEST + "\n".join(lines) + "\n"), "values, counting those of aliases")


def test_a_manifest_that_is_a_link_out_of_its_folder_is_refused(tmp_path: Path):
    (tmp_path / "outside.yaml").write_text(SHORTEST)
    folder = write_pack(tmp_path / "pack")
    (folder / "pack.yaml").unlink()
    (folder / "pack.yaml").symlink_to(tmp_path / "outside.yaml")
    _refused(folder, "link that leads out of its pack")


def test_an_empty_pack_is_an_error(tmp_path: Path):
    tmp_path.joinpath("pack.yaml").write_text(SHORTEST)
    _refused(tmp_path, "empty")


# --- nothing leaves the pack


@pytest.mark.parametrize("path", ["../out.glb", "sub/../../out.glb", "{out}", "C:/out.glb", "..\\\\out.glb"])
def test_paths_cannot_leave_the_pack(tmp_path: Path, path: str):
    out = write_box(tmp_path / "out.glb")
    folder = write_pack(tmp_path / "pack", SHORTEST + f'items: [{{file: "{path.format(out=out)}"}}]\n')
    _refused(folder, "items[0].file", "pack")


def test_links_cannot_leave_the_pack(tmp_path: Path):
    out = write_box(tmp_path / "out.glb")
    folder = write_pack(tmp_path / "pack")
    folder.joinpath("link.glb").symlink_to(out)
    _refused(folder, "link.glb", "out of its pack")


def test_links_within_the_pack_are_fine(tmp_path: Path):
    folder = write_pack(tmp_path / "pack")
    folder.joinpath("link.glb").symlink_to(folder / "bollard.glb")
    assert len(load_pack(folder).items) == 2


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("../../secret.png", "out of its pack"),
        ("%2e%2e/%2e%2e/secret.png", "out of its pack"),
        ("/etc/passwd", "relative"),
        ("file:///etc/passwd", "outside its pack"),
        ("http://example.org/a.png", "outside its pack"),
        ("//host/a.png", "outside its pack"),
        ("missing.png", "missing"),
    ],
)
def test_references_in_a_file_cannot_leave_the_pack(tmp_path: Path, uri: str, says: str):
    tmp_path.joinpath("secret.png").write_bytes(b"x")
    folder = write_pack(tmp_path / "pack", SHORTEST, "sub/bollard.glb")
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["images"] = [{"uri": uri}]
    (folder / "sub/bollard.glb").write_bytes(glb_bytes(document, binary))
    _refused(folder, "bollard.glb", says)


def test_references_beside_the_file_are_fine(tmp_path: Path):
    folder = write_pack(tmp_path, SHORTEST, "sub/bollard.glb")
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["images"] = [{"uri": "../red%20paint.png"}, {"uri": "data:image/png;base64,AA=="}]
    (folder / "sub/bollard.glb").write_bytes(glb_bytes(document, binary))
    folder.joinpath("red paint.png").write_bytes(b"x")
    assert len(load_pack(folder).items) == 1


# --- damaged files


def _damage(name: str) -> bytes:
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    whole = glb_bytes(document, binary)
    match name:
        case "empty":
            return b""
        case "text":
            return b"version https://git-lfs.example/spec/v1 and more text"
        case "cut short":
            return whole[:-40]
        case "version 1":
            return whole[:4] + b"\1" + whole[5:]
        case "json broken":
            return whole.replace(b'"asset"', b'"asset')
        case "json nested":
            return glb_bytes(document).replace(b'"2.0"', b"[" * 200_000)
        case "no asset":
            return glb_bytes({"asset": 3})
        case "buffer gone":
            return glb_bytes(document)
        case "no mesh":
            return glb_bytes({"asset": {"version": "2.0"}})
        case "loop":
            document["nodes"][0]["children"] = [0]
        case "node list":
            document["nodes"] = {"0": 1}
        case "deep":
            document["nodes"] += [{"children": [n]} for n in range(500)]
        case "count":
            document["accessors"][0]["count"] = 600_000_000
        case "count without data":
            document["accessors"].append({"count": 600_000_000, "type": "VEC3", "componentType": 5126})
        case "count of a wrong type":
            document["accessors"][0]["count"] = "eight"
        case "compressed":
            document["extensionsRequired"] = ["EXT_meshopt_compression"]
    return glb_bytes(document, binary)


@pytest.mark.parametrize(
    "name",
    ["empty", "text", "cut short", "version 1", "json broken", "json nested", "no asset", "buffer gone", "no mesh"]
    + ["deep", "loop", "node list", "count", "count without data", "count of a wrong type", "compressed"],
)
def test_damaged_files_are_found_without_blender(tmp_path: Path, name: str):
    folder = write_pack(tmp_path)
    (folder / "bollard.glb").write_bytes(_damage(name))
    assert "export it again" in _refused(folder, "bollard.glb") or name == "no mesh"


# --- the search


def _names(packs) -> list[str]:
    return [pack.name for pack in packs if pack.name.startswith("my")]


def _pack(folder: Path, name: str) -> Path:
    return write_pack(folder, f"name: {name}\nlicence: MIT\nversion: 1\n")


def test_packs_are_found_by_config_environment_and_entry_point(tmp_path: Path, monkeypatch):
    _pack(tmp_path / "shelf/one", "my-one")
    _pack(tmp_path / "shelf/two", "my-two")
    _pack(tmp_path / "env", "my-env")
    package = _pack(tmp_path / "site/my_pack", "my-entry")
    package.joinpath("__init__.py").write_text("raise SystemExit('code of a pack ran')")
    info = tmp_path / "site/my_pack-1.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: my-pack\nVersion: 1\n")
    info.joinpath("entry_points.txt").write_text("[blender_synth.packs]\nmine = my_pack\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("BLENDER_SYNTH_PACKS", os.pathsep.join([str(tmp_path / "env"), str(tmp_path / "shelf/one")]))
    packs = find_packs([tmp_path / "shelf"])
    assert _names(packs) == ["my-one", "my-two", "my-env", "my-entry"]


def test_two_packs_of_one_name_are_refused_naming_both(tmp_path: Path):
    folders = [_pack(tmp_path / "a", "my-pack"), _pack(tmp_path / "b", "my-pack")]
    with pytest.raises(AssetError, match="same name") as caught:
        find_packs(folders)
    assert all(str(folder) in str(caught.value) for folder in folders)


def test_a_folder_without_packs_is_refused(tmp_path: Path):
    with pytest.raises(AssetError, match=r"packs\n(.|\n)*nowhere"):
        find_packs([tmp_path / "nowhere"])
    with pytest.raises(AssetError, match="no asset pack in this folder"):
        find_packs([tmp_path])


def test_the_packs_that_come_with_the_program_are_sound():
    for pack in find_packs():
        assert pack.licence


# --- the props that are drawn


def _layout(count: int = 6, room_m: float = 2.0, use: str = "pavement") -> Layout:
    spots = (
        PropSpot(name=f"s{n}", use=use, position_m=(5.0 * n, 0.0, 0.1), heading_deg=30.0, room_m=room_m)
        for n in range(count)
    )
    return Layout(areas=(), prop_spots=tuple(spots))


@pytest.fixture
def city(tmp_path: Path):
    manifest = """
name: city
licence: MIT
version: 1
items:
  - {file: a.glb, category: bin}
  - {file: b.glb, category: bench, weight: 3}
  - {file: c.glb, category: shelf, stands: indoors}
  - {file: d.glb, category: crane, height_m: 30}
"""
    return (load_pack(write_pack(tmp_path / "city", manifest, "a.glb", "b.glb", "c.glb", "d.glb")),)


def test_props_fit_their_spots(city):
    props = PropRandomizer(count=6).sample(Streams(3, 0), _layout(), city)
    assert [p.instance_id for p in props] == list(PROP_IDS[:6])
    assert {p.category for p in props} == {"bin", "bench"}
    assert len({p.position_m for p in props}) == 6
    for prop in props:
        reach = np.linalg.norm(np.array(prop.footprint_xy_m()) - prop.position_m[:2], axis=1).max()
        assert reach <= 2.0
    assert PropRandomizer(count=6).sample(Streams(3, 0), _layout(room_m=0.3), city) == ()
    assert {p.category for p in PropRandomizer(count=6).sample(Streams(3, 0), _layout(use="indoors"), city)} == {
        "shelf"
    }


def test_a_spot_gets_what_it_wants(city):
    layout = _layout()
    wanting = dataclasses.replace(
        layout, prop_spots=tuple(dataclasses.replace(s, wants=("bench",)) for s in layout.prop_spots)
    )
    assert {p.category for p in PropRandomizer(count=6).sample(Streams(3, 0), wanting, city)} == {"bench"}
    nothing = dataclasses.replace(
        layout, prop_spots=tuple(dataclasses.replace(s, wants=("boat",)) for s in layout.prop_spots)
    )
    assert PropRandomizer(count=6).sample(Streams(3, 0), nothing, city) == ()


def test_the_same_seed_gives_the_same_props_and_spots_do_not_disturb_each_other(city):
    randomizer = PropRandomizer(count=6)
    layout = _layout()
    props = randomizer.sample(Streams(3, 5), layout, city)
    assert props == randomizer.sample(Streams(3, 5), layout, city)
    assert props != randomizer.sample(Streams(3, 6), layout, city)
    narrow = dataclasses.replace(layout.prop_spots[2], room_m=0.1)
    fewer = dataclasses.replace(layout, prop_spots=(*layout.prop_spots[:2], narrow, *layout.prop_spots[3:]))
    without = [p for p in props if p.position_m != narrow.position_m]
    again = randomizer.sample(Streams(3, 5), fewer, city)
    assert [(p.item, p.heading_deg, p.scale) for p in again] == [(p.item, p.heading_deg, p.scale) for p in without]


def test_weights_choose(city):
    none_of = PropRandomizer(count=6, weights={"bench": 0}).sample(Streams(3, 0), _layout(), city)
    assert {p.category for p in none_of} == {"bin"}
    only = PropRandomizer(count=6, weights={"city": 0}).sample(Streams(3, 0), _layout(), city)
    assert only == ()
    many = PropRandomizer(count=400).sample(Streams(3, 0), _layout(400), city)
    share = np.mean([p.category == "bench" for p in many])
    assert 0.68 < share < 0.82
    with pytest.raises(ConfigError, match=r"props\.weights\.benhc(.|\n)*bench"):
        PropRandomizer(weights={"benhc": 2}).sample(Streams(3, 0), _layout(), city)


@pytest.fixture
def vehicles(tmp_path: Path):
    manifest = """
name: vehicles
licence: MIT
version: 1
items:
  - {file: a.glb, category: vehicle, tags: [car, red]}
  - {file: b.glb, category: vehicle, tags: [truck]}
  - {file: c.glb, category: sign, tags: [red], stands: [pavement, road]}
"""
    return (load_pack(write_pack(tmp_path / "vehicles", manifest, "a.glb", "b.glb", "c.glb")),)


@pytest.mark.parametrize(
    ("asked", "items"),
    [
        ({"category": "vehicle"}, {"a", "b"}),
        ({"category": ["vehicle", "sign"]}, {"a", "b", "c"}),
        ({"tags": ["red"]}, {"a", "c"}),
        ({"category": "vehicle", "tags": ["car"]}, {"a"}),
        ({"category": "vehicle", "tags": ["car", "truck"]}, {"a", "b"}),
    ],
)
def test_a_config_asks_by_category_and_tag(vehicles, asked: dict, items: set):
    randomizer = TypeAdapter(PropRandomizer).validate_python({"count": 30, **asked})
    assert {prop.item for prop in randomizer.sample(Streams(3, 0), _layout(30), vehicles)} == items


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            {"category": "vehicel"},
            r"no prop has such a category(.|\n)*props\.category(.|\n)*'vehicel'(.|\n)*sign, vehicle",
        ),
        ({"tags": ["blue"]}, r"no prop has such a tag(.|\n)*props\.tags(.|\n)*car, red, truck"),
        ({"category": "sign", "tags": ["truck"]}, r"has one of these tags(.|\n)*props of sign have the tags: red"),
    ],
)
def test_what_no_pack_has_is_refused_with_what_there_is(vehicles, asked: dict, says: str):
    randomizer = TypeAdapter(PropRandomizer).validate_python(asked)
    with pytest.raises(ConfigError, match=says):
        randomizer.sample(Streams(3, 0), _layout(), vehicles)
    with pytest.raises(ConfigError, match="add a pack"):
        randomizer.choices(())


def test_what_stands_on_the_road_may_park(vehicles):
    parked = PropRandomizer(count=6).sample(Streams(3, 0), _layout(use="parking"), vehicles)
    assert {prop.item for prop in parked} == {"c"}


def test_scattered_props_stand_free_on_the_ground(city):
    square = ((0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0))
    pillar = Obstacle(name="pillar", polygon_xy_m=((8.0, 8.0), (12.0, 8.0), (12.0, 12.0), (8.0, 12.0)), height_m=3.0)
    road = Area(name="road", use="road", polygon_xy_m=tuple((x + 30, y) for x, y in square))
    areas = (Area(name="square", use="pavement", polygon_xy_m=square, z_m=0.1), road)
    layout = Layout(areas=areas, obstacles=(pillar,), prop_spots=_layout(2).prop_spots)
    props = PropRandomizer(count=2, scatter=150).sample(Streams(3, 0), layout, city)
    assert props[:2] == PropRandomizer(count=2).sample(Streams(3, 0), layout, city)
    strewn = props[2:]
    assert 60 < len(strewn) <= 150
    assert len({prop.instance_id for prop in props}) == len(props)
    where = np.array([prop.position_m for prop in props])
    reach = np.array([np.hypot(*np.abs([p.low_m[:2], p.high_m[:2]]).max(axis=0)) for p in props])
    gaps = np.linalg.norm(where[:, None, :2] - where[None, :, :2], axis=2) - reach[:, None] - reach[None]
    assert gaps[np.triu_indices(len(props), 1)].min() > 0
    corners = np.concatenate([prop.footprint_xy_m() for prop in strewn])
    assert ((corners > 0) & (corners < 20)).all()
    assert not ((corners > 8) & (corners < 12)).all(axis=1).any()
    assert (where[2:, 2] == 0.1).all()
    assert strewn == PropRandomizer(count=2, scatter=150).sample(Streams(3, 0), layout, city)[2:]


def test_no_packs_no_props():
    assert PropRandomizer().sample(Streams(0, 0), _layout(), ()) == ()


@pytest.mark.parametrize("bad", [{"count": [-2, 3]}, {"scale": 0}, {"weights": {"a": -1}}, {"number": 3}])
def test_bad_ranges_are_refused(bad: dict):
    with pytest.raises(ValueError, match="PropRandomizer"):
        TypeAdapter(PropRandomizer).validate_python(bad)


def test_specs_travel_through_json(city):
    [spec] = PropRandomizer(count=1).sample(Streams(3, 0), _layout(), city)
    adapter = TypeAdapter(PropSpec)
    assert adapter.validate_json(json.dumps(json.loads(adapter.dump_json(spec)))) == spec


def test_every_thing_in_a_street_with_props_has_an_id_of_its_own(tmp_path: Path):
    pack = load_pack(write_pack(tmp_path, SHORTEST + "height_m: 1\n"))
    settings = compose(["scene=street", "mirrors=wall", "props.count=40"])
    for index in range(4):
        spec = sample_scene(settings, (pack,), index)
        ids = [thing.instance_id for thing in spec.labelled_instances()]
        assert spec.props
        assert len(ids) == len(set(ids))
