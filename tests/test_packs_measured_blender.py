"""Sizes of `.glb` files are those of the mesh that Blender evaluates, in every command; built-in packs are measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_synth.dev.measure_packs import built_in_folders, shapes_of
from blender_synth.pack_tools import check, listing
from blender_synth.packs import ingest, load_pack
from blender_synth.packs.ingest import MEASURED, MEASURING, measure_again
from blender_synth.packs.survey import survey
from tests.small_glb import box_document, glb_bytes


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path_factory.mktemp("cache")))


# --- what built-in packs are shipped with


@pytest.mark.parametrize("folder", built_in_folders(), ids=lambda folder: folder.name)
def test_built_in_packs_are_measured(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """`make measured` writes what is missing here."""
    monkeypatch.setattr(ingest, "_ask_blender", lambda shapes: pytest.fail("Blender was asked") if shapes else [])
    assert load_pack(folder).items
    shapes = shapes_of(folder)
    if shapes:
        data = json.loads((folder / MEASURED).read_text())
        assert data["measuring"] == MEASURING
        assert len(data["answers"]) == len(shapes)


def test_other_packs_are_not_trusted_to_say_what_they_measure(tmp_path: Path):
    answers = json.loads((built_in_folders()[-1] / MEASURED).read_text())
    (tmp_path / MEASURED).write_text(json.dumps(answers))
    assert ingest._shipped(tmp_path) == {}


@pytest.mark.blender
@pytest.mark.slow
def test_shipped_measurements_are_those_of_blender():
    for folder in built_in_folders():
        shapes = shapes_of(folder)
        if shapes:
            shipped = json.loads((folder / MEASURED).read_text())["answers"]
            for key, answer in measure_again(shapes)["answers"].items():
                assert np.allclose(shipped[key].pop("box_m"), answer.pop("box_m"), atol=1e-6), key
                assert shipped[key] == answer


# --- what Blender measures


class _Glb:
    """A document and its buffer, to which parts are added."""

    def __init__(self, low: tuple = (0, 0, 0), high: tuple = (1, 2, 3), **node: Any):
        self.document, self.binary = box_document(low, high, **node)

    def accessor(self, values: np.ndarray, component: int, kind: str) -> int:
        data = values.tobytes()
        self.document["bufferViews"].append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data + b"\0" * (-len(data) % 4)
        self.document["buffers"] = [{"byteLength": len(self.binary)}]
        accessor = {"bufferView": len(self.document["bufferViews"]) - 1, "componentType": component, "type": kind}
        self.document["accessors"].append(accessor | {"count": len(values)})
        return len(self.document["accessors"]) - 1

    @property
    def primitive(self) -> dict[str, Any]:
        return self.document["meshes"][0]["primitives"][0]


def _nodes() -> _Glb:
    made = _Glb()
    made.document["nodes"] = [
        {"children": [1], "translation": [10, 0, 0], "rotation": [0, 0.5**0.5, 0, 0.5**0.5]},  # +z becomes +x
        {"mesh": 0, "matrix": [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]},
    ]
    return made


def _no_bounds() -> _Glb:
    made = _Glb()
    del made.document["accessors"][0]["min"], made.document["accessors"][0]["max"]
    return made


def _wrong_bounds() -> _Glb:
    made = _Glb()
    made.document["accessors"][0] |= {"min": [-50, -50, -50], "max": [50, 50, 50]}
    return made


def _morph() -> _Glb:
    made = _Glb()
    lifted = made.accessor(np.tile(np.array([0, 3, 0], np.float32), (8, 1)), 5126, "VEC3")
    made.primitive["targets"] = [{"POSITION": lifted}]
    made.document["meshes"][0]["weights"] = [1.0]
    made.document["accessors"][lifted] |= {"min": [0, 3, 0], "max": [0, 3, 0]}
    return made


def _skin_in_cm() -> _Glb:
    """Metres in the mesh, but the joint is scaled by 100, as exports of rigs in centimetres have it."""
    made = _Glb()
    joints = made.accessor(np.zeros((8, 4), np.uint8), 5121, "VEC4")
    weights = made.accessor(np.tile(np.array([1, 0, 0, 0], np.float32), (8, 1)), 5126, "VEC4")
    bind = made.accessor(np.eye(4, dtype=np.float32).reshape(1, 16), 5126, "MAT4")
    made.primitive["attributes"] |= {"JOINTS_0": joints, "WEIGHTS_0": weights}
    made.document["nodes"] = [{"mesh": 0, "skin": 0}, {"name": "bone", "scale": [100, 100, 100]}]
    made.document["skins"] = [{"joints": [1], "inverseBindMatrices": bind}]
    made.document["scenes"] = [{"nodes": [0, 1]}]
    return made


def _instanced() -> _Glb:
    made = _Glb()
    moves = made.accessor(np.array([[0, 0, 0], [10, 0, 0]], np.float32), 5126, "VEC3")
    made.document["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": moves}}}
    made.document["extensionsUsed"] = ["EXT_mesh_gpu_instancing"]
    return made


def _quantized() -> _Glb:
    made = _Glb()
    corners = np.array([[x, y, z, 0] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.int16) * 32767
    made.primitive["attributes"]["POSITION"] = where = made.accessor(corners, 5122, "VEC3")
    made.document["bufferViews"][-1]["byteStride"] = 8
    made.document["accessors"][where] |= {"normalized": True, "min": [0, 0, 0], "max": [32767] * 3}
    made.document["nodes"][0]["scale"] = [1, 2, 3]
    made.document["extensionsUsed"] = made.document["extensionsRequired"] = ["KHR_mesh_quantization"]
    return made


MADE = {
    # name: what makes it, and (depth, width, height) in metres
    "plain": (_Glb, (3, 1, 2)),
    "nodes": (_nodes, (2, 3, 2)),
    "no_bounds": (_no_bounds, (3, 1, 2)),
    "wrong_bounds": (_wrong_bounds, (3, 1, 2)),
    "morph": (_morph, (3, 1, 2)),
    "skin_in_cm": (_skin_in_cm, (300, 100, 200)),
    "instanced": (_instanced, (3, 11, 2)),
    "quantized": (_quantized, (3, 1, 2)),
}


@pytest.mark.blender
def test_one_measurement_for_check_list_and_render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    (tmp_path / "pack.yaml").write_text("name: measured\nlicence: MIT\norigin: file\n")
    for name, (make, _) in MADE.items():
        made = make()
        (tmp_path / f"{name}.glb").write_bytes(glb_bytes(made.document, made.binary))
    pack = load_pack(tmp_path)
    listed = {item["name"]: item["size_m"] for item in listing.describe(pack)["items"]}
    for name, (_, size_m) in MADE.items():
        assert np.allclose(listed[name], size_m, atol=1e-3), name
    low, high = pack.item("morph").box_m
    assert (low[2], high[2]) == pytest.approx((3, 5), abs=1e-4)  # it is lifted by 3 m
    reports = []
    monkeypatch.setattr(check, "judge", lambda report: reports.append(report) or [])
    assert list(check._inspect(tmp_path.resolve(), survey(tmp_path).entries)) == []
    for report in reports:
        assert np.allclose(report.box_m, pack.item(report.name).box_m, atol=1e-4), report.name


@pytest.mark.blender
def test_what_is_rendered_has_the_measured_size(tmp_path: Path):
    import bpy  # noqa: F401 - brings mathutils

    # isort: split
    from mathutils import Matrix

    from blender_synth.blender.pack_loader.load import load_file
    from blender_synth.blender.props import _meshes
    from blender_synth.packs.axes import item_from_blender
    from tests.made_assets import fresh

    for name, (make, size_m) in MADE.items():
        made = make()
        file = tmp_path / f"{name}.glb"
        file.write_bytes(glb_bytes(made.document, made.binary))
        fresh()
        turn = Matrix(item_from_blender(file, "+y", "+z").tolist()).to_4x4()
        points = np.concatenate([[v.co[:] for v in mesh.vertices] for mesh in _meshes(load_file(file, tmp_path), turn)])
        assert np.allclose(np.ptp(points, axis=0), size_m, atol=1e-3), name
