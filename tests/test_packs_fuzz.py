"""Mutated manifests, `.glb`, BVH and archives: whatever is wrong becomes one error of the program's family."""

from __future__ import annotations

import copy
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_synth import resources
from blender_synth.errors import AssetError, BlenderSynthError, printable
from blender_synth.packs import glb, load_pack
from blender_synth.packs.archive import unpack_into
from blender_synth.packs.bvh import read_bvh
from blender_synth.packs.plain_yaml import PlainYamlError, read_yaml
from blender_synth.packs.survey import survey
from blender_synth.scene_files import checking, describe_scene
from tests.small_glb import box_document, glb_bytes, write_box, write_pack

FEW, MANY = 12, 300
COUNTS = [pytest.param(FEW), pytest.param(MANY, marks=pytest.mark.chaos)]
MANIFEST = """name: fuzz
licence: CC0-1.0
version: 1
author: Ann
tags: [a, b]
stands: [pavement, indoors]
items:
  - {file: a.glb, name: one, height_m: 2, variants: {paint: ["#aa2211..#eecc66"]}}
  - {file: b.glb, size_m: [1, 2, 3], weight: 2, front: +x, category: bench}
  - {file: a.glb, name: two, kind: person, keypoints: {nose: [0, 1, 0]}}
  - {file: b.glb, name: m, kind: mirror, surface: {material: paint, reflectance: 0.5}}
"""
VALUES = (
    "2024-13-45", "2024-02-30T99:00:00Z", "1" * 5000, "0x" + "f" * 5000, ".inf", "-.inf", ".nan", "1e999", "-1", "0",
    "''", "'\\0'", '"\\0\\e[2J"', '"\\u202e"', "~", "[]", "{}", "[[[]]]", "{a: {b: c}}", "!!binary aGk=",
    "!!set {a, b}", "!!timestamp 2024-13-45", "!!int x", "!!python/object:os.system x", "1_000:99:99", "0b12",
    "&x [*x]", "*y", "true",
    "<<", "{<<: 3}", "{[1]: 2}", "? {a: b}", "'" + "x" * 70_000 + "'", "\t", "|\n  a\n b", "%YAML 9.9",
    "..", "/", "C:\\x",
    "9" * 400 + ".5", "12:30:45.5", "=", "[1, 2", "{", "@", "`", "\x85", "'../../../etc/passwd'", "\ud7ff",
)  # fmt: skip
JSON_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 10**30, 2**31, "x", "", [], {}, [[]], [{}], {"a": 1}, [None], ["\0"], 1e308, -(10**9),
)  # fmt: skip
BVH = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Spine
  {
    OFFSET 0 10 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 5 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 90 0 0 0 0 1 2 3
0 90 0 0 0 0 4 5 6
"""


def _rng() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(12))


def _pick(rng: np.random.Generator, values: Any) -> Any:
    return values[int(rng.integers(len(values)))]


def _is_clear(error: BlenderSynthError) -> bool:
    """Whether a message can be printed and read: no control characters, not endless, with a hint."""
    text = str(error)
    return all(c.isprintable() or c == "\n" for c in text) and len(text) < 5000 and bool(error.hint)


def _refusal(do: Callable[[], object]) -> BlenderSynthError | None:
    """The error of the program's family that `do` raises; None if it raises none."""
    try:
        do()
    except BlenderSynthError as error:
        return error
    return None


def _bytes_mutated(rng: np.random.Generator, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(out))) if out else 0
        match int(rng.integers(5)):
            case 0:
                del out[at : at + int(rng.integers(1, 40))]
            case 1:
                out[at:at] = rng.integers(0, 256, int(rng.integers(1, 9)), np.uint8).tobytes()
            case 2:
                out[at : at + 1] = bytes([int(rng.integers(256))])
            case 3:
                out = out[:at]
            case 4:
                out[at:at] = out[at : at + int(rng.integers(1, 200))]
    return bytes(out)


# --- manifests


def _manifests(rng: np.random.Generator, count: int) -> list[bytes]:
    made = []
    for n in range(count):
        lines = MANIFEST.splitlines()
        row = int(rng.integers(len(lines)))
        if n % 3:
            key, colon, old = lines[row].partition(": ")
            new = _pick(rng, VALUES)
            if "{" in old and rng.random() < 0.7:  # one value of an item
                parts = lines[row].split(", ")
                part = int(rng.integers(len(parts)))
                parts[part] = parts[part].partition(": ")[0] + ": " + new
                lines[row] = ", ".join(parts)
            else:
                lines[row] = key + colon + new
            made.append("\n".join(lines).encode("utf-8", "surrogatepass"))
        else:
            made.append(_bytes_mutated(rng, MANIFEST.encode()))
    return made


@pytest.mark.parametrize("count", COUNTS)
def test_manifests(tmp_path: Path, count: int):
    write_pack(tmp_path, MANIFEST, "a.glb", "b.glb")
    refused = 0
    for data in _manifests(_rng(), count):
        (tmp_path / "pack.yaml").write_bytes(data)
        if (error := _refusal(lambda: load_pack(tmp_path, on_error="skip"))) is not None:
            refused += 1
            assert _is_clear(error), data
            assert str(tmp_path) in str(error)
        json.dumps([finding.to_json() for finding in survey(tmp_path).findings])
    assert refused > count / 2


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", ["name", "version"])
def test_values_in_manifests(tmp_path: Path, key: str, value: str):
    head = {"name": "x", "licence": "MIT", "version": "1", key: value}
    folder = tmp_path / "pack"
    write_pack(folder, "".join(f"{name}: {written}\n" for name, written in head.items()))
    if (error := _refusal(lambda: load_pack(folder))) is not None:
        assert _is_clear(error)
        assert "pack.yaml" in str(error)


def test_yaml_is_read_with_limits(tmp_path: Path):
    file = tmp_path / "x.yaml"
    for text, says in (
        ("[" * 41, "levels deep"),
        ("a:\n  - 0x" + "f" * 5000, "line 2: the integer is too large"),
        ("a: &a [*a]", "names nothing before it"),
        ("x" * 1_000_001, "larger than"),
        ("[" + "1," * 100_001 + "]", "more than 100,000 values"),
        ("a: &a {x: 1}\n" + "".join(f"{n}: {{<<: [*a, *a, *a]}}\n" for n in range(30_000)), "more than 100,000 values"),
    ):
        file.write_text(text)
        with pytest.raises(PlainYamlError, match=says):
            read_yaml(file)
    file.write_text("\ufeffa: 2024-13-45\nb: &b [1, 2]\nc: {<<: {d: 1}, e: *b}\n")
    assert read_yaml(file) == {"a": "2024-13-45", "b": [1, 2], "c": {"d": 1, "e": [1, 2]}}


# --- .glb


def _places(value: Any, path: tuple = ()) -> list[tuple]:
    """Paths of all values in a document."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in parts for place in _places(part, (*path, key)))]


def _glbs(rng: np.random.Generator, count: int) -> list[bytes]:
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["images"] = [{"uri": "data:image/png;base64,AA=="}]
    document["extensionsUsed"], document["extensionsRequired"] = ["KHR_texture_transform"], ["KHR_texture_transform"]
    whole, places = glb_bytes(document, binary), _places(document)[1:]
    made = []
    for n in range(count):
        if n % 4 == 0:
            made.append(_bytes_mutated(rng, whole))
            continue
        changed = copy.deepcopy(document)
        *path, last = _pick(rng, places)
        part: Any = changed
        for key in path:
            part = part[key]
        part[last] = _pick(rng, JSON_VALUES)
        made.append(glb_bytes(changed, binary))
    return made


@pytest.mark.parametrize("count", COUNTS)
def test_glbs(tmp_path: Path, count: int):
    file, refused = tmp_path / "a.glb", 0
    for data in _glbs(_rng(), count):
        file.write_bytes(data)
        if (error := _refusal(lambda: glb.check(file, lambda uri: tmp_path / uri))) is not None:
            refused += 1
            assert _is_clear(error), data
    assert refused > count / 4


@pytest.mark.blender
@pytest.mark.chaos
def test_glbs_in_blender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "cache"))
    pack = write_pack(tmp_path / "pack", "name: fuzz\nlicence: MIT\n", "whole.glb")
    for number, data in enumerate(_glbs(_rng(), 200)):
        (pack / f"g{number}.glb").write_bytes(data)
    loaded = load_pack(pack, on_error="skip")
    assert all(_is_clear(item.error) for item in loaded.broken)
    assert len(loaded.items) + len(loaded.broken) == 201
    assert "whole" in [item.name for item in loaded.items]


# --- BVH


def _bvhs(rng: np.random.Generator, count: int) -> list[bytes]:
    words = (
        "0",
        "-1",
        "nan",
        "inf",
        "1e999",
        "9" * 5000,
        "x",
        "{",
        "}",
        "",
        "End Site",
        "\0",
        "é",
        "Frames:",
        "MOTION",
    )
    made = []
    for n in range(count):
        if n % 3 == 0:
            made.append(_bytes_mutated(rng, BVH.encode()))
            continue
        lines = [line.split(" ") for line in BVH.splitlines()]
        line = _pick(rng, lines)
        line[int(rng.integers(len(line)))] = _pick(rng, words)
        made.append("\n".join(map(" ".join, lines)).encode())
    return made


@pytest.mark.parametrize("count", COUNTS)
def test_bvhs(tmp_path: Path, count: int):
    file, refused = tmp_path / "a.bvh", 0
    for data in _bvhs(_rng(), count):
        file.write_bytes(data)
        if (error := _refusal(lambda: read_bvh(file))) is not None:
            refused += 1
            assert _is_clear(error), data
        else:
            motion = read_bvh(file)
            assert motion.frame_s > 0
            assert np.isfinite(motion.pose(0)[1]).all()
    assert refused > count / 4


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("position", "POSITION").replace("rotation", "ROTATION"),
        lambda text: text.replace("End Site", "END SITE"),
        lambda text: text.replace("End Site", "End site"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("Frame Time:", "Frame Time :").replace("Frames:", "Frames :\t"),
        lambda text: text.replace("HIERARCHY", "Hierarchy").replace("MOTION", "Motion "),
        lambda text: text + "\n\n  \n",
    ],
)
def test_bvhs_as_they_occur(tmp_path: Path, change: Callable[[str], str]):
    (tmp_path / "plain.bvh").write_text(BVH)
    (tmp_path / "a.bvh").write_text(change(BVH), newline="")
    plain, motion = read_bvh(tmp_path / "plain.bvh"), read_bvh(tmp_path / "a.bvh")
    assert motion.names == plain.names == ("Hips", "Spine")
    assert [joint.channels for joint in motion.joints] == [joint.channels for joint in plain.joints]
    np.testing.assert_array_equal(motion.frames, plain.frames)
    (tmp_path / "latin.bvh").write_bytes(BVH.replace("Spine", "Rücken").encode("latin-1"))
    assert read_bvh(tmp_path / "latin.bvh").names == ("Hips", "Rücken")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0.0333333", "0", ("time for a frame", "Frame Time", "'0'")),
        ("0.0333333", "nan", ("time for a frame", "nan")),
        ("0.0333333", "-0.03", ("time for a frame", "-0.03")),
        ("0.0333333", "inf", ("time for a frame", "inf")),
        ("Frames: 2", "Frames: -2", ("line 17", "above zero")),
        ("Frames: 2", "Frames: 0", ("line 17", "above zero")),
        ("Frames: 2", f"Frames: {'9' * 5000}", ("line 17",)),
        ("4 5 6", "4 nan 6", ("not finite", "line 20")),
        ("4 5 6", "4 x 6", ("damaged", "line 20")),
        ("4 5 6", "4 5", ("9 numbers", "line 20")),
        ("OFFSET 0 10 0", "OFFSET 0 inf 0", ("line 8", "three numbers")),
        ("OFFSET 0 10 0", "OFFSET 0 0", ("line 8", "three numbers")),
        ("CHANNELS 3", "CHANNELS 4", ("line 9", "CHANNELS")),
    ],
)
def test_wrong_numbers_in_bvhs(tmp_path: Path, old: str, new: str, says: tuple[str, ...]):
    (tmp_path / "a.bvh").write_text(BVH.replace(old, new))
    with pytest.raises(AssetError) as caught:
        read_bvh(tmp_path / "a.bvh")
    assert all(word in str(caught.value) for word in (*says, "a.bvh", "fix:"))


# --- archives


def _archive(kind: str) -> bytes:
    packed = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("p/pack.yaml", MANIFEST)
            made.writestr("p/a.bvh", BVH)
    else:
        with tarfile.open(fileobj=packed, mode="w:gz") as made_tar:
            for name, text in (("p/pack.yaml", MANIFEST), ("p/a.bvh", BVH)):
                info = tarfile.TarInfo(name)
                info.size = len(text)
                made_tar.addfile(info, io.BytesIO(text.encode()))
    return packed.getvalue()


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_archives(tmp_path: Path, kind: str, count: int):
    rng, whole, refused = _rng(), _archive(kind), 0
    for number in range(count):
        file, target = tmp_path / f"{number}.{kind}", tmp_path / f"to{number}"
        file.write_bytes(_bytes_mutated(rng, whole))
        target.mkdir()
        if (error := _refusal(lambda f=file, t=target: unpack_into(f, t))) is not None:
            refused += 1
            assert _is_clear(error)
    assert refused > count / 4


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("name", ["p/" + "n" * 300, "d/" * 300 + "x", "ü" * 120 + ".obj", "a\x1b[2Jb", "a\nb"])
def test_names_in_archives(tmp_path: Path, kind: str, name: str):
    file = tmp_path / f"a.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as made:
            made.writestr(name, "x")
    else:
        with tarfile.open(file, "w:gz") as made_tar:
            made_tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(AssetError, match=r"too long|control characters") as caught:
        unpack_into(file, tmp_path)
    assert _is_clear(caught.value)


# --- names


def test_names_of_files_are_escaped_in_messages(tmp_path: Path):
    write_box(tmp_path / "evil\x1b[2J\n\u202egnp.glb").write_bytes(b"x")
    (tmp_path / "pack.yaml").write_text("name: x\nlicence: MIT\n")
    with pytest.raises(AssetError) as caught:
        load_pack(tmp_path)
    assert "evil\\x1b[2J\\n\\u202egnp.glb" in str(caught.value)
    assert _is_clear(caught.value)
    assert printable("plain ünïcode") == "plain ünïcode"


def test_licence_may_be_spelt_license(tmp_path: Path):
    items = "items: [{file: a.glb}, {file: b.glb, license: CC0-1.0}]\n"
    folder = write_pack(tmp_path, "name: x\nlicense: MIT\n" + items, "a.glb", "b.glb")
    assert [item.terms.licence for item in load_pack(folder).items] == ["MIT", "CC0-1.0"]
    (folder / "pack.yaml").write_text("name: x\nlicense: MIT\nlicence: MIT\n")
    with pytest.raises(AssetError, match="both `licence` and `license`"):
        load_pack(folder)


# --- scenes

SCENES = ("street", "courtyard", "lobby")


@pytest.mark.parametrize("count", COUNTS)
def test_scene_files(tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checking, "SEEDS", 0)  # values are checked, layouts are not sampled
    monkeypatch.setattr(checking, "check_once", lambda *_: None)
    monkeypatch.setattr(checking, "read_marks", lambda *_: pytest.skip("Blender was asked"))
    rng, refused = _rng(), 0
    for number in range(count):
        text = (resources.scenes_dir() / SCENES[number % len(SCENES)] / "scene.yaml").read_text()
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("#", "file:"))]
        if number % 2:
            lines = _bytes_mutated(rng, "\n".join(lines).encode()).decode("latin-1").splitlines()
        else:
            row = int(rng.integers(len(lines)))
            lines[row] = lines[row].partition(":")[0] + ": " + _pick(rng, VALUES)
        (tmp_path / "scene.yaml").write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
        problems, _ = describe_scene(tmp_path)
        refused += any(problem.severity == "error" for problem in problems)
    assert refused > count / 4


@pytest.mark.chaos
def test_a_scene_of_huge_numbers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "scene.yaml").write_text("kind: street\nfurniture_per_10_m: 12:30:45.5\n")
    problems, layout = describe_scene(tmp_path)
    assert layout is None
    assert "takes longer to read than the limit" in problems[0].text
