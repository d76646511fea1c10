"""What an export refuses about frames, ids of categories, and forms of annotations."""

from __future__ import annotations

import ast
import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from blender_synth.annotate.instances import annotate
from blender_synth.annotate.polygons import polygons
from blender_synth.categories import BUILT_IN, FIRST_REGISTERED_ID, REFLECTION_OFFSET, STUFF
from blender_synth.checksums import files_below, write_sums
from blender_synth.errors import ConfigError, FrameError, RunError
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.exporters.category_ids import CategoryIds
from blender_synth.exporters.coco import Settings
from blender_synth.frames.meta import Rle
from blender_synth.frames.raw_frame import RawFrame, read_exr, write_exr
from blender_synth.packs.sweethome3d import categories as sweethome3d
from blender_synth.resources import built_in_packs_dir, scenes_dir
from blender_synth.world.people.carrying import CARRIED_KINDS as CARRIED
from blender_synth.world.scenery.shared import rooms
from tests.made_frames import HIDDEN_PERSON, MIRROR, NEUTRAL, PERSON, ROAD, WIDTH, make_run

SETTINGS = Settings(splits={"train": 1.0}, panoptic=False)
SOURCES = Path(__file__).resolve().parents[1] / "blender_synth" / "world"


def edit(frame: Path, change) -> None:
    """Change a frame.json and bring the checksums up to date."""
    file = frame / "frame.json"
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))
    seal(frame)


def seal(frame: Path) -> None:
    (frame / "SHA256SUMS").unlink(missing_ok=True)
    write_sums(frame, files_below(frame))


def layer(frame: Path, file: str, change) -> None:
    """Change the layers of an EXR and bring the checksums up to date."""
    channels = {name: values.copy() for name, values in read_exr(frame / file).items()}
    change(channels)
    write_exr(frame / file, channels)
    seal(frame)


def without(*ids):
    def change(content):
        content["instances"] = [row for row in content["instances"] if row["instance_id"] not in ids]
        content["mirror_slots"] = [number for number in content["mirror_slots"] if number not in ids]
        content["categories"] = sorted({row["category"] for row in content["instances"]})

    return change


def put(name, value):
    return lambda channels: channels[name].__setitem__((slice(3, 5), slice(3, 5)), value)


def string_ids(content):
    for row in content["instances"]:
        row["instance_id"] = str(row["instance_id"])


BAD = {
    "person not in the table": (lambda f: edit(f, without(PERSON)), r"instance table does not have[\s\S]*labels\.exr"),
    "hidden person not in it": (lambda f: edit(f, without(HIDDEN_PERSON)), r"reflected_id[\s\S]*\[2\]"),
    "scenery not in it": (lambda f: edit(f, without(ROAD)), r"surface_id[\s\S]*3001"),
    "mirror not in it": (lambda f: edit(f, without(MIRROR)), r"mirror_slots|labels\.exr"),
    "empty table": (lambda f: edit(f, without(PERSON, HIDDEN_PERSON, MIRROR, ROAD)), r"labels\.exr"),
    "ids as text": (lambda f: edit(f, string_ids), r"instances\[0\]\.instance_id[\s\S]*value: '1'"),
    "ids as fractions": (lambda f: edit(f, lambda c: c["instances"][0].update(instance_id=1.0)), "instance_id"),
    "the same id twice": (lambda f: edit(f, lambda c: c["instances"].append(c["instances"][0])), "the same id"),
    "too great an id": (lambda f: edit(f, lambda c: c["instances"][1].update(instance_id=100_001)), "not below"),
    "missing category": (lambda f: edit(f, lambda c: c["categories"].remove("road")), r"categories[\s\S]*road"),
    "mirror slot of a person": (lambda f: edit(f, lambda c: c.update(mirror_slots=[PERSON])), "mirror_slots"),
    "no mirror slots": (lambda f: edit(f, lambda c: c.update(mirror_slots=[])), r"mirror_slots|reflected_via"),
    "chain of no mirror": (lambda f: layer(f, "labels.exr", put("reflected_via", 2)), r"reflected_via[\s\S]*value: 2"),
    "chain with a gap": (lambda f: layer(f, "labels.exr", put("reflected_via", 1 << 6)), "reflected_via"),
    "unknown id": (lambda f: layer(f, "labels.exr", put("transmitted_id", 77)), r"transmitted_id[\s\S]*\[77\]"),
    "id out of range": (lambda f: layer(f, "labels.exr", put("surface_id", 4_000_000_000)), "surface_id"),
    "depth not a number": (lambda f: layer(f, "labels.exr", put("depth_m", np.nan)), "depth_m"),
    "negative path": (lambda f: layer(f, "labels.exr", put("reflected_path_m", -1)), "reflected_path_m"),
    "radiance not a number": (lambda f: layer(f, "radiance.exr", put("G", np.nan)), r"4 values[\s\S]*radiance\.exr"),
    "infinite radiance": (lambda f: layer(f, "radiance.exr", put("R", np.inf)), r"infinite[\s\S]*radiance\.exr"),
    "negative radiance": (lambda f: layer(f, "radiance.exr", put("B", -0.5)), r"radiance\.exr[\s\S]*-0\.5"),
    "labels of another frame": (
        lambda f: shutil.copy(f.parent / "000002/labels.exr", f),
        r"not as it was rendered[\s\S]*labels\.exr",
    ),
    "picture of another frame": (lambda f: shutil.copy(f.parent / "000002/radiance.exr", f), r"radiance\.exr"),
    "folder of another frame": (lambda f: shutil.copy(f.parent / "000002/frame.json", f), "folder of another one"),
    "damaged checksums": (lambda f: (f / "SHA256SUMS").write_text("x"), r"SHA256SUMS"),
    "no frame.json": (lambda f: (f / "frame.json").unlink(), r"missing[\s\S]*frame\.json"),
    "no labels": (lambda f: (f / "labels.exr").unlink(), r"missing[\s\S]*labels\.exr"),
    "another version of frames": (lambda f: edit(f, lambda c: c.update(frame_version=2)), "another version"),
}


@pytest.fixture
def run(tmp_path):
    """Three frames; the last one is of other pixels, with the same table."""
    folder = make_run(tmp_path / "run", 3)
    other = folder / "frames/000002"
    layer(other, "labels.exr", lambda channels: channels.update(surface_id=np.roll(channels["surface_id"], 3, axis=1)))
    layer(other, "radiance.exr", lambda channels: channels.update(R=channels["R"][:, ::-1]))
    return folder


@pytest.mark.parametrize("name", BAD)
def test_a_frame_whose_parts_disagree_is_an_error_by_name(run, tmp_path, name):
    damage, message = BAD[name]
    damage(run / "frames/000001")
    with pytest.raises(FrameError, match=message) as caught:
        export_dataset([run], tmp_path / "data", SETTINGS, NEUTRAL)
    assert "000001" in str(caught.value)
    assert not (tmp_path / "data").exists()
    said = export_dataset([run], tmp_path / "data", replace(SETTINGS, on_bad_frame="skip"), NEUTRAL)
    assert said.startswith("2 pictures")
    assert said.endswith("1 bad frames left out")
    assert json.loads((tmp_path / "data/dataset.json").read_text())["skipped"] == [str(run / "frames/000001")]


def test_frames_that_are_all_bad(run, tmp_path):
    for frame in (run / "frames").iterdir():
        (frame / "labels.exr").unlink()
    with pytest.raises(RunError, match="all frames are damaged"):
        export_dataset([run], tmp_path / "data", replace(SETTINGS, on_bad_frame="skip"), NEUTRAL)


def test_labels_of_another_frame_without_checksums(run, tmp_path):
    """Frames of older versions have none: people must be within their outlines."""
    frame = run / "frames/000000"
    seen = RawFrame(frame).labels["surface_id"] == PERSON
    outline = {"amodal_px": int(seen.sum()), "truncation": 0.0, "rle": Rle.of(seen).coco()}
    edit(frame, lambda content: content["instances"][0].update(amodal=outline))
    (frame / "SHA256SUMS").unlink()
    export_dataset([run], tmp_path / "data", SETTINGS, NEUTRAL)
    channels = {name: np.roll(values, 20, axis=1) for name, values in read_exr(frame / "labels.exr").items()}
    write_exr(frame / "labels.exr", channels)
    with pytest.raises(FrameError, match="labels are of another frame"):
        export_dataset([run], tmp_path / "data", SETTINGS, NEUTRAL)


def test_versions_of_the_program_do_not_mix_silently(run, tmp_path, capsys):
    edit(run / "frames/000001", lambda content: content.update(versions={"blender_synth": "0.1", "blender": "4.4"}))
    export_dataset([run], tmp_path / "data", SETTINGS, NEUTRAL)
    assert "0.1" in capsys.readouterr().err
    state = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(state | {"run_version": 99}))
    with pytest.raises(RunError, match=r"another version[\s\S]*run_version[\s\S]*99"):
        export_dataset([run], tmp_path / "data", SETTINGS, NEUTRAL)


def test_ids_of_built_in_categories_never_change():
    """Append new categories; change or remove none: ids are in datasets that people have."""
    ids = {name: number for name, (number, _) in BUILT_IN.items()}
    assert (ids["pedestrian"], ids["pedestrian_reflection"], ids["mirror"]) == (1, 2, 3)
    assert list(ids.values()) == list(range(1, len(ids) + 1))
    recorded = json.loads((Path(__file__).parent / "data" / "category_ids.json").read_text())
    assert len(recorded) >= 104
    assert recorded.items() <= ids.items()


def test_every_category_of_the_program_has_an_id():
    found = {*STUFF, *rooms._CATEGORY.values(), "furniture", "scenery", "mirror_frame", "crossing", "ground"}
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg in ("category", "holder", "rough"):
                values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
                found |= {value.value for value in values if isinstance(value, ast.Constant) and value.value}
    found |= {kind.category for kind in CARRIED.values()}
    starter = yaml.safe_load((built_in_packs_dir() / "starter/pack.yaml").read_text())
    found |= {item.get("category", starter.get("category")) for item in starter["items"]}
    for file in scenes_dir().glob("*/scene.yaml"):
        parts = yaml.safe_load(file.read_text()).get("parts", ())
        found |= {part["category"] for part in parts if isinstance(part, dict) and "category" in part}
    found |= {name for _, name, _ in sweethome3d.BY_NAME} | {name for name, _ in sweethome3d._BY_SHELF.values()}
    found |= {"person", "figure", "building_part"}
    found = {name for name in found if isinstance(name, str)}
    assert len(found) > 90
    assert not found - BUILT_IN.keys()


def rename(run: Path, category: str) -> None:
    """Give the road of all frames another category."""

    def change(content):
        content["instances"][3]["category"] = category
        content["categories"] = ["mirror", "pedestrian", category]

    for frame in (run / "frames").iterdir():
        edit(frame, change)


def categories(dataset: Path) -> dict[str, int]:
    content = json.loads((dataset / "annotations/instances_train.json").read_text())
    return {row["name"]: row["id"] for row in content["categories"]}


def test_two_exports_merge(tmp_path):
    """A registry that is handed on gives the same name the same id, and no id twice."""
    for name, category in (("a", "shingle"), ("b", "gravel"), ("c", "road")):
        rename(make_run(tmp_path / name, 1), category)
    export_dataset([tmp_path / "a"], tmp_path / "first", SETTINGS, NEUTRAL)
    second = replace(SETTINGS, categories=str(tmp_path / "first"))
    export_dataset([tmp_path / "b"], tmp_path / "second", second, NEUTRAL)
    export_dataset([tmp_path / "c"], tmp_path / "third", SETTINGS, NEUTRAL)
    first, second, third = (categories(tmp_path / name) for name in ("first", "second", "third"))
    assert (first["shingle"], second["shingle"], second["gravel"]) == (1000, 1000, 1001)
    assert first.items() <= second.items()
    assert third.items() == {name: BUILT_IN[name][0] for name in BUILT_IN}.items()
    assert len({*second.values()}) == len(second)
    merged: dict[int, set[str]] = {}
    for name in ("first", "second"):
        coco = COCO(str(tmp_path / name / "annotations/instances_train.json"))
        for annotation in coco.loadAnns(coco.getAnnIds()):
            label = coco.cats[annotation["category_id"]]["name"]
            merged.setdefault(annotation["category_id"], set()).add(label)
    assert all(len(names) == 1 for names in merged.values())
    export_dataset([tmp_path / "b"], tmp_path / "first", SETTINGS, NEUTRAL)  # goes on with its own registry
    assert (categories(tmp_path / "first")["shingle"], categories(tmp_path / "first")["gravel"]) == (1000, 1001)


def test_the_registry_of_several_formats_is_handed_on(tmp_path):
    runs = [make_run(tmp_path / name, 1) for name in "ab"]
    for run, category in zip(runs, ("shingle", "gravel"), strict=True):
        rename(run, category)
    several = exporter_settings({"coco": {"kind": "coco", "splits": {"train": 1}}, "yolo": {"kind": "yolo"}})
    export_dataset(runs[:1], tmp_path / "both", several, NEUTRAL)
    export_dataset(runs[1:], tmp_path / "one", replace(SETTINGS, categories=str(tmp_path / "both")), NEUTRAL)
    export_dataset(runs[1:], tmp_path / "both", several, NEUTRAL)
    for dataset in (tmp_path / "one", tmp_path / "both/coco"):
        assert (categories(dataset)["shingle"], categories(dataset)["gravel"]) == (1000, 1001)


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 1}', '{"version": 1, "categories": {"x": 5}}',
                                     '{"version": 1, "categories": {"x": 1000, "y": 1000}}', None])  # fmt: skip
def test_a_damaged_registry_is_named(run, tmp_path, content):
    (tmp_path / "old").mkdir()
    if content is not None:
        (tmp_path / "old/categories.json").write_text(content)
    with pytest.raises(ConfigError, match=r"exporter\.categories"):
        export_dataset([run], tmp_path / "data", replace(SETTINGS, categories=str(tmp_path / "old")), NEUTRAL)


def test_ids_of_reflections():
    ids = CategoryIds()
    ids.register(["shingle", "road"])
    assert ids.id_of("pedestrian_reflection") == 2
    assert ids.id_of("vehicle_reflection") == BUILT_IN["vehicle"][0] + REFLECTION_OFFSET
    assert ids.id_of("shingle_reflection") == FIRST_REGISTERED_ID + REFLECTION_OFFSET


def read(dataset: Path, name: str = "annotations/instances_train.json") -> dict:
    return json.loads((dataset / name).read_text())


def test_images_have_one_licence_and_annotations_small_ids(run, tmp_path):
    export_dataset([run], tmp_path / "data", SETTINGS, NEUTRAL)
    content = read(tmp_path / "data")
    assert {image["license"] for image in content["images"]} == {1}
    numbers = [annotation["id"] for annotation in content["annotations"]]
    assert len({*numbers}) == len(numbers)
    assert max(numbers) < 4 * 20_000
    assert 100_001 * 20_000 < 2**31


def test_polygons_decode_to_the_very_masks(tmp_path):
    rng = np.random.default_rng(5)
    for number in range(300):
        height, width = (int(v) for v in rng.integers(1, 40, 2))
        mask = rng.random((height, width)) < rng.choice([0.05, 0.5, 0.9, 1.0])
        if number % 2:
            mask = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.5) > 0.5
        rings = polygons(mask)
        assert all(len(ring) >= 8 for ring in rings)
        if mask.any():
            decoded = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(rings, height, width)))
            np.testing.assert_array_equal(decoded.astype(bool), mask)
        encoded = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert Rle.of(mask).counts == encoded["counts"].decode()


def test_polygons_on_request(run, tmp_path):
    settings = replace(SETTINGS, segmentation="polygon", reflections="ignore")
    export_dataset([run], tmp_path / "data", settings, NEUTRAL)
    coco = COCO(str(tmp_path / "data/annotations/instances_train.json"))
    for annotation in coco.anns.values():
        assert isinstance(annotation["segmentation"], dict if annotation["iscrowd"] else list)
        assert coco.annToMask(annotation).sum() == annotation["area"]


def test_stuff_is_one_segment_in_panoptic_files_that_stand_apart(run, tmp_path):
    def second_road(content):
        content["instances"].append({"instance_id": 3002, "category": "road", "name": "lane"})

    frame = run / "frames/000000"
    edit(frame, second_road)
    layer(frame, "labels.exr", lambda c: c["surface_id"].__setitem__(np.s_[40:, :4], 3002))
    export_dataset([run], tmp_path / "data", replace(SETTINGS, panoptic=True), NEUTRAL)
    content = read(tmp_path / "data", "panoptic/panoptic_train.json")
    entry = content["annotations"][0]
    roads = [s for s in entry["segments_info"] if s["category_id"] == BUILT_IN["road"][0]]
    assert len(roads) == 1
    picture = cv2.imread(str(tmp_path / "data/panoptic/panoptic_train" / entry["file_name"])).astype(int)
    ids = picture[..., 2] + 256 * picture[..., 1] + 65536 * picture[..., 0]
    assert roads[0]["area"] == (ids == roads[0]["id"]).sum()
    assert roads[0]["bbox"][3] == 24
    assert sorted(p.name for p in (tmp_path / "data/annotations").iterdir()) == [
        "instances_train.json", "person_keypoints_train.json"
    ]  # fmt: skip


def test_reflections_of_everything(run, tmp_path):
    """A piece of road is seen in the mirror."""

    def mirrored(channels):
        channels["reflected_id"][38:42, 32:58] = ROAD
        channels["reflected_path_m"][38:42, 32:58] = 7.0
        channels["transmitted_id"][39, 32:58] = MIRROR  # what is behind the glass takes nothing from it
        channels["transmitted_path_m"][39, 32:58] = 9.0

    layer(run / "frames/000000", "labels.exr", mirrored)
    before = annotate(RawFrame(run / "frames/000000"), None)
    assert all(instance.category != "road_reflection" for instance in before)
    for policy, name in (("category", "road_reflection"), ("attribute", "road"), ("ignore", "road")):
        settings = replace(SETTINGS, reflected="all", reflections=policy, panoptic=policy == "category")
        export_dataset([run], tmp_path / policy, settings, NEUTRAL)
        coco = COCO(str(tmp_path / policy / "annotations/instances_train.json"))
        names = {number: row["name"] for number, row in coco.cats.items()}
        [road] = [a for a in coco.imgToAnns[1] if a.get("reflection_of") == ROAD]
        assert names[road["category_id"]] == name
        assert (road["area"], road["bbox"], road["via"], road["bounces"]) == (104, [32, 38, 26, 4], [MIRROR], 1)
        assert road["distance_m"] == 7.0
        assert road["iscrowd"] == (policy == "ignore")
        assert road.get("is_reflection", True)
        assert road["source_in_frame"]
    only = replace(SETTINGS, reflected=("road",))
    export_dataset([run], tmp_path / "only", only, NEUTRAL)
    kept = {a["category_id"] for a in read(tmp_path / "only")["annotations"] if "reflection_of" in a}
    assert kept == {BUILT_IN["road"][0] + REFLECTION_OFFSET}


def test_the_dataset_does_not_depend_on_the_number_of_processes(run, tmp_path):
    settings = replace(SETTINGS, panoptic=True, overlays=True)
    for workers in (1, 2):
        export_dataset([run], tmp_path / str(workers), replace(settings, workers=workers), NEUTRAL)
    about_itself = ("README.md", "croissant.json", "dataset.json", "SHA256SUMS")  # these name the folder
    one, two = (
        {p.relative_to(d): p.read_bytes() for p in d.rglob("*") if p.is_file() and p.name not in about_itself}
        for d in (tmp_path / "1", tmp_path / "2")
    )
    assert len(one) > 12
    assert one == two
    (run / "frames/000001/labels.exr").write_bytes(b"x")
    with pytest.raises(FrameError, match=r"000001.labels\.exr"):
        export_dataset([run], tmp_path / "2", replace(settings, workers=2), NEUTRAL)


def test_frames_do_not_stay_in_memory(run, tmp_path, monkeypatch):
    seen = []
    plain = RawFrame.__init__
    monkeypatch.setattr(RawFrame, "__init__", lambda self, folder: (plain(self, folder), seen.append(self))[0])
    export_dataset([run], tmp_path / "data", SETTINGS, NEUTRAL)
    listed = seen[:3]  # of the run
    assert not any({"labels", "radiance"} & vars(frame).keys() for frame in listed)
    assert WIDTH == 64
