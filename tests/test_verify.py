"""`blender-synth verify`: whole runs and datasets pass; every damage has a fault with its name."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_synth import checksums, cli
from blender_synth.errors import RunError
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.frames.meta import Rle
from blender_synth.frames.raw_frame import read_exr, write_exr, write_frame
from blender_synth.frames.run_folder import RunFolder
from blender_synth.verify import FAULTS, verify
from tests import made_frames
from tests.made_frames import NEUTRAL, PERSON_BOX

FRAMES = 3


def _meta(index: int) -> dict:
    meta = made_frames.meta(index)
    outline = np.zeros((made_frames.HEIGHT, made_frames.WIDTH), bool)
    outline[PERSON_BOX] = True
    amodal = {"amodal_px": int(outline.sum()), "truncation": 0.0, "rle": Rle.of(outline).coco()}
    meta["instances"][0]["amodal"] = amodal
    return meta


def _frame(folder: Path, index: int) -> None:
    def fill(temporary: Path) -> None:
        radiance = np.linspace(0.05, 2, made_frames.WIDTH * made_frames.HEIGHT, dtype=np.float32)
        radiance = radiance.reshape(made_frames.HEIGHT, made_frames.WIDTH).astype(np.float16)
        write_exr(temporary / "radiance.exr", dict.fromkeys("RGB", radiance))
        write_exr(temporary / "labels.exr", made_frames.layers())
        (temporary / "frame.json").write_text(json.dumps(_meta(index)), encoding="utf-8")

    write_frame(folder, fill)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run and a dataset made from it, both without faults."""
    folder = tmp_path_factory.mktemp("whole")
    with RunFolder(folder / "run").opened({"frames": FRAMES, "seed": 0}, {"seed": 0}) as run:
        for index in range(FRAMES):
            _frame(run.frame_path(index), index)
    settings = exporter_settings({"kind": "coco", "overlays": True, "splits": {"train": 0.5, "val": 0.5}})
    export_dataset([folder / "run"], folder / "data", settings, NEUTRAL)
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy of `whole` that a test may damage."""
    shutil.copytree(whole, tmp_path / "copy")
    marker = tmp_path / "copy" / "data" / "dataset.json"
    marker.write_text(_resealed(marker.read_text().replace(str(whole), str(tmp_path / "copy"))))
    return tmp_path / "copy"


def _resealed(text: str) -> str:
    content = json.loads(text)
    del content["sha256"]
    return checksums.sealed(json.dumps(content, indent=1) + "\n")


def _names(path: Path) -> set[str]:
    return {fault.name for findings in verify(path) for fault in findings.faults}


def _rewrite(file: Path, change: Callable[[dict], None]) -> None:
    """Change a JSON file, and all checksums above it, so that only its content is wrong."""
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))
    _reseal(file)


def _reseal(file: Path) -> None:
    for folder in (file.parent, *file.parents):
        if (folder / checksums.FILE).is_file():
            checksums.write_sums(folder, checksums.read_sums(folder))
        if (folder / "dataset.json").is_file():
            content = json.loads((folder / "dataset.json").read_text())
            for path in content["files"]:
                content["files"][path] = [(folder / path).stat().st_size, checksums.digest(folder / path)]
            del content["sha256"]
            (folder / "dataset.json").write_text(checksums.sealed(json.dumps(content, indent=1) + "\n"))


def test_a_whole_run_and_dataset_have_no_faults(whole: Path):
    assert _names(whole / "run") == set()
    assert _names(whole / "data") == set()
    (findings,) = verify(whole / "data")
    assert findings.checked["annotations"] == 5 * FRAMES
    assert not findings.notes  # masks were compared with the labels: the run is at hand


def _flips(folder: Path, count: int, seed: int) -> Iterator[tuple[Path, int, int]]:
    """(file, position, bit), every file at least once where `count` allows."""
    random_ = random.Random(seed)
    files = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.name != ".lock" and f.stat().st_size]
    chosen = random_.sample(files, min(count, len(files)))
    chosen += random_.choices(files, k=count - len(chosen))
    for file in chosen:
        yield file, random_.randrange(file.stat().st_size), random_.randrange(8)


def _check_flips(copy: Path, count: int, seed: int) -> None:
    for part in ("run", "data"):
        for file, position, bit in _flips(copy / part, count // 2, seed):
            good = file.read_bytes()
            damaged = bytearray(good)
            damaged[position] ^= 1 << bit
            file.write_bytes(damaged)
            faults = [fault for findings in verify(copy / part) for fault in findings.faults]
            name = file.relative_to(copy / part).as_posix()
            assert faults, f"bit {bit} of byte {position} of {name}"
            assert any(fault.file in (name, "dataset.json") or name.endswith(checksums.FILE) for fault in faults)
            file.write_bytes(good)
        assert _names(copy / part) == set()


def test_a_damaged_byte_is_found(copy: Path):
    _check_flips(copy, 14, seed=1)


@pytest.mark.chaos
def test_a_damaged_byte_anywhere_is_found(copy: Path):
    _check_flips(copy, 400, seed=2)


def _lengthened(file: Path) -> None:
    with open(file, "ab") as stream:
        stream.write(b" ")


@pytest.mark.parametrize(
    ("file", "damage", "fault"),
    [
        ("run/frames/000001/labels.exr", Path.unlink, "missing-file"),
        ("run/frames/000001", shutil.rmtree, "missing-file"),
        ("run/frames/000001/SHA256SUMS", Path.unlink, "missing-file"),
        ("run/config.yaml", _lengthened, "changed-file"),
        ("run/notes.txt", Path.touch, "unlisted-file"),
        ("run/frames/000000/notes.txt", Path.touch, "unlisted-file"),
        ("data/ATTRIBUTION.md", _lengthened, "changed-file"),
        ("data/SHA256SUMS", Path.unlink, "bad-checksums"),
        ("data/dataset.json", Path.unlink, "missing-file"),
        ("data/images/train/extra.jpg", Path.touch, "unlisted-file"),
        ("data/images/train/extra.jpg", Path.touch, "orphan-picture"),
    ],
)
def test_files_that_are_lost_changed_or_added(copy: Path, file: str, damage: Callable[[Path], object], fault: str):
    damage(copy / file)
    assert fault in _names(copy / file.split("/")[0])


def _set(*keys: str | int, value: object) -> Callable[[dict], None]:
    def change(content: dict) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


def _add_to(name: str, step: float) -> Callable[[dict], None]:
    def change(content: dict) -> None:
        content["annotations"][0][name] += step

    return change


def _reflection(name: str, value: object) -> Callable[[dict], None]:
    def change(content: dict) -> None:
        row = next(row for row in content["annotations"] if _place(row, "reflection_of"))
        _place(row, name)[name] = value

    return change


def _place(row: dict, name: str) -> dict:
    return next((place for place in (row, row.get("attributes") or {}) if name in place), {})


def _other_mask(content: dict) -> None:
    row = content["annotations"][0]
    mask = np.zeros((made_frames.HEIGHT, made_frames.WIDTH), bool)
    mask[:4, :4] = True
    row |= {"segmentation": Rle.of(mask).coco(), "area": 16, "bbox": [0, 0, 4, 4]}
    _place(row, "visible_px")["visible_px"] = 16


def _copy_of_first(part: str) -> Callable[[dict], None]:
    return lambda content: content[part].append(dict(content[part][0]))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_add_to("area", 1), "wrong-area"),
        (_set("annotations", 0, "bbox", value=[0, 0, 1, 1]), "wrong-box"),
        (_set("annotations", 0, "segmentation", "size", value=[4, 4]), "wrong-size"),
        (_set("annotations", 0, "segmentation", "counts", value="¡"), "wrong-mask"),
        (_set("annotations", 0, "category_id", value=10**6), "unknown-id"),
        (_set("annotations", 0, "image_id", value=10**6), "orphan-annotation"),
        (_set("annotations", 0, "bbox", value="all"), "wrong-type"),
        (lambda content: content["annotations"][0].pop("id"), "missing-key"),
        (_copy_of_first("annotations"), "duplicate-id"),
        (_copy_of_first("images"), "duplicate-id"),
        (_set("images", 0, "width", value=7), "wrong-size"),
        (_set("images", 0, "file_name", value="lost.jpg"), "missing-file"),
        (_set("images", 0, "licenses", value=[99]), "unknown-licence"),
        (_set("annotations", value=3), "unreadable-file"),
        (_reflection("reflection_of", 77), "wrong-link"),
        (_reflection("via", [made_frames.ROAD]), "wrong-link"),
        (_reflection("bounces", 4), "wrong-link"),
        (_reflection("source_in_frame", None), None),
        (_other_mask, "wrong-mask"),
    ],
)
def test_annotations_that_do_not_hold(copy: Path, change: Callable[[dict], None], fault: str | None):
    file = next(
        f for f in sorted((copy / "data").glob("annotations/instances_*.json")) if json.loads(f.read_text())["images"]
    )
    _rewrite(file, change)
    assert (fault in _names(copy / "data")) if fault else "wrong-link" not in _names(copy / "data")


def test_scene_in_two_splits(copy: Path):
    files = sorted((copy / "data").glob("annotations/instances_*.json"))
    rows = [row for file in files for row in json.loads(file.read_text())["images"]]
    assert len({(file, bool(json.loads(file.read_text())["images"])) for file in files}) == 2

    def same_scene(content: dict) -> None:
        for row in content["images"]:
            _place(row, "scene_index")["scene_index"] = 0

    for file in files:
        _rewrite(file, same_scene)
    assert len(rows) == FRAMES
    assert "split-leak" in _names(copy / "data")


def _layer(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[dict], dict]:
    return lambda layers: layers | {name: change(layers[name])}


@pytest.mark.parametrize(
    ("file", "change", "fault"),
    [
        ("labels.exr", _layer("surface_id", lambda ids: np.where(ids > 0, ids + np.uint32(5000), ids)), "unknown-id"),
        ("labels.exr", _layer("reflected_via", lambda codes: codes * 9), "wrong-link"),
        ("labels.exr", _layer("reflected_bounces", lambda n: n * 2), "wrong-link"),
        ("labels.exr", _layer("depth_m", lambda depth: -depth), "wrong-value"),
        ("labels.exr", _layer("surface_id", lambda ids: ids.astype(np.float32)), "wrong-type"),
        ("labels.exr", lambda layers: {n: v for n, v in layers.items() if n != "depth_m"}, "missing-key"),
        ("labels.exr", lambda layers: {n: v[:10] for n, v in layers.items()}, "wrong-size"),
        ("radiance.exr", _layer("R", lambda values: values * np.float16(np.nan)), "wrong-value"),
        ("radiance.exr", _layer("R", lambda values: -values), "wrong-value"),
    ],
)
def test_layers_that_do_not_hold(copy: Path, file: str, change: Callable[[dict], dict], fault: str):
    path = copy / "run" / "frames" / "000001" / file
    write_exr(path, change(read_exr(path)))
    _reseal(path)
    assert fault in _names(copy / "run")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_set("frame_version", value=99), "wrong-version"),
        (_set("frame_index", value=7), "wrong-value"),
        (_set("camera", "width_px", value=-1), "wrong-value"),
        (_set("instances", 1, "instance_id", value=made_frames.PERSON), "duplicate-id"),
        (_set("instances", 0, "amodal", "amodal_px", value=3), "wrong-area"),
        (_set("instances", 0, "reflections", value=[{"via": [5], "amodal": None}]), "wrong-link"),
        (_set("mirror_slots", value=[made_frames.ROAD]), "unknown-id"),
        (_set("categories", value=["pedestrian"]), "wrong-value"),
        (lambda content: content.pop("medium"), "missing-key"),
        (_set("pair", value={"role": "matt", "frame_index": 2}), "wrong-link"),
    ],
)
def test_tables_that_do_not_hold(copy: Path, change: Callable[[dict], None], fault: str):
    _rewrite(copy / "run" / "frames" / "000001" / "frame.json", change)
    assert fault in _names(copy / "run")


def test_a_missing_frame_that_failed_is_no_fault(copy: Path):
    run = copy / "run"
    shutil.rmtree(run / "frames" / "000002")
    with RunFolder(run).opened({}, {"seed": 0}) as folder:
        folder.record_failure(2, "lost", "blender-synth render")
    assert _names(run) == set()
    (run / "failures.jsonl").write_text("")
    with RunFolder(run).opened({}, {"seed": 0}):
        pass
    assert _names(run) == {"missing-frame"}


def test_panoptic_pictures_against_their_segments(copy: Path):
    picture = next((copy / "data").glob("**/panoptic_*/*.png"))
    pixels = cv2.imread(str(picture))
    pixels[22:25, 12:15] = (0, 0, 77)
    cv2.imwrite(str(picture), pixels)
    _reseal(picture)
    assert {"unknown-id", "wrong-area"} <= _names(copy / "data")


def test_command_prints_names_and_json_and_exits_with_one(copy: Path, capsys: pytest.CaptureFixture[str]):
    cli.main(["verify", str(copy / "run"), str(copy / "data")])
    assert "no faults" in capsys.readouterr().out
    _lengthened(copy / "data" / "ATTRIBUTION.md")
    with pytest.raises(SystemExit) as exit_:
        cli.main(["verify", str(copy / "data"), "--json"])
    assert exit_.value.code == 1
    (result,) = json.loads(capsys.readouterr().out)
    assert [fault["name"] for fault in result["faults"]] == ["changed-file"]
    with pytest.raises(SystemExit):
        cli.main(["verify", str(copy / "data")])
    assert "changed-file" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["nowhere", "empty", "thesis.txt"])
def test_other_paths_are_refused(tmp_path: Path, path: str):
    (tmp_path / "empty").mkdir()
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(RunError, match=r"neither|no such"):
        verify(tmp_path / path)


def test_every_name_has_a_meaning_in_the_help(capsys: pytest.CaptureFixture[str]):
    cli.main(["verify", "--help"])
    text = capsys.readouterr().out
    assert all(name in text for name in FAULTS)


@pytest.fixture(scope="module")
def several(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of several formats."""
    from blender_synth.config import compose

    folder = tmp_path_factory.mktemp("several") / "data"
    export_dataset([whole / "run"], folder, compose(["exporter=[coco,yolo,voc]"]).exporter, NEUTRAL)
    assert _names(folder) == set()
    return folder


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("image", "run_000000", "duplicate-id"),
        ("image_id", 1, "duplicate-id"),
        ("image", "lost", "missing-file"),
        ("image", "lost", "orphan-annotation"),
        ("scene_index", 0, "split-leak"),
        ("pair_image_id", 99, "wrong-link"),
    ],
)
def test_tables_of_every_format_are_checked(several: Path, tmp_path: Path, column: str, value: object, fault: str):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    copy = tmp_path / "data"
    shutil.copytree(several, copy)
    file = copy / "yolo" / "frames.parquet"
    table = pq.read_table(file)
    rows = table.to_pylist()
    for number, row in enumerate(rows):
        if number == 1 or column == "scene_index":
            row[column] = value
        row["split"] = ("train", "val")[number % 2] if column == "scene_index" else row["split"]
    pq.write_table(pa.Table.from_pylist(rows, table.schema), file)
    _reseal(file)
    assert fault in _names(copy)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("99999 0.5 0.5 0.1 0.1\n", "unknown-id"),
        ("0 1.5 0.5 0.1 0.1\n", "wrong-value"),
        ("0 0.5\n", "wrong-value"),
        ("nobody\n", "wrong-type"),
    ],
)
def test_labels_of_yolo_are_checked(several: Path, tmp_path: Path, text: str, fault: str):
    copy = tmp_path / "data"
    shutil.copytree(several, copy)
    file = next((copy / "yolo" / "labels").rglob("*.txt"))
    file.write_text(text)
    _reseal(file)
    assert fault in _names(copy)
    file.rename(file.with_name("lost.txt"))
    assert "orphan-annotation" in _names(copy)
