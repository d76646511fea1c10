"""Credits in COCO's files and in the table for what the images show."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pycocotools.coco import COCO

from blender_synth.attribution import Credits, licence_url, shown_in
from blender_synth.checksums import files_below, write_sums
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters import export_dataset
from blender_synth.exporters.coco import Settings
from blender_synth.frames.meta import Licence
from blender_synth.frames.raw_frame import RawFrame, write_exr
from tests.made_frames import layers, make_run

BENCH, BIN, SIGN = 2101, 2102, 2103


def _entry(
    name: str, licence: str = "CC-BY-3.0", author: str = "A. Maker", source: str = "https://example.org"
) -> dict:
    return {"name": name, "licence": licence, "author": author, "source": source}


@pytest.fixture
def run(tmp_path):
    """Three frames: a bench is seen in the first, and in a mirror in the second; a bin and a sign are in the scenes,
    but the sign alone is seen, behind glass, in the third. One floor's material is everywhere."""
    run = make_run(tmp_path / "run", 3)
    for index, (layer, number) in enumerate((("surface_id", BENCH), ("reflected_id", BENCH), ("transmitted_id", SIGN))):
        folder = run / "frames" / f"{index:06d}"
        meta = json.loads((folder / "frame.json").read_text())
        meta["spec"] |= {
            "people": [{"instance_id": 1, "kind": "pedestrian"}],
            "props": [
                {"instance_id": BENCH, "pack": "city", "item": "bench"},
                {"instance_id": BIN, "pack": "city", "item": "bin"},
                {"instance_id": SIGN, "pack": "city", "item": "sign"},
            ],
        }
        named = {BENCH: "bench", BIN: "bin", SIGN: "sign"}
        meta["instances"] += [{"instance_id": n, "category": c, "name": f"city/{c}"} for n, c in named.items()]
        meta["categories"] += list(named.values())
        meta["licences"] += [_entry(f"city/{name}") for name in named.values()] + [_entry("floors/oak", "CC0-1.0", "")]
        (folder / "frame.json").write_text(json.dumps(meta))
        made = layers()
        made[layer][2:6, 2:6] = number
        write_exr(folder / "labels.exr", made)
        write_sums(folder, set(files_below(folder)) - {"SHA256SUMS"})
    return run


def test_only_what_some_pixel_shows_is_named(run):
    shown = [[entry.name for entry in shown_in(RawFrame(run / "frames" / f"{n:06d}"))] for n in range(3)]
    assert shown == [
        ["people", "city/bench", "floors/oak"],
        ["people", "city/bench", "floors/oak"],
        ["people", "city/sign", "floors/oak"],
    ]


def test_coco_licences_can_be_looked_up_from_each_image(run, tmp_path):
    export_dataset([run], tmp_path / "data", Settings(splits={"train": 1.0}), DevelopSettings())
    coco = COCO(str(tmp_path / "data/annotations/instances_train.json"))
    rows = {row["id"]: row for row in coco.dataset["licenses"]}
    assert len(rows) == len(coco.dataset["licenses"]) == 4
    assert all(
        isinstance(number, int) and row["name"] and row["url"].startswith("https://") for number, row in rows.items()
    )
    items = [{rows[number]["item"] for number in image["licenses"]} for image in coco.loadImgs(coco.getImgIds())]
    assert items == [{"people", "city/bench", "floors/oak"}] * 2 + [{"people", "city/sign", "floors/oak"}]
    bench = next(row for row in rows.values() if row["item"] == "city/bench")
    assert (bench["name"], bench["author"]) == ("CC-BY-3.0", "A. Maker")
    assert bench["url"] == "https://creativecommons.org/licenses/by/3.0/"
    for kind in ("person_keypoints", "panoptic"):
        place = "panoptic" if kind == "panoptic" else "annotations"
        other = json.loads((tmp_path / f"data/{place}/{kind}_train.json").read_text())
        assert other["licenses"] == coco.dataset["licenses"]


def test_the_table_counts_images(run, tmp_path):
    export_dataset([run], tmp_path / "data", Settings(), DevelopSettings(mor_m=(100.0, 500.0)))
    table = (tmp_path / "data/ATTRIBUTION.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if line.startswith("| ")]
    assert [(row[0], row[-1]) for row in rows[2:]] == [
        ("city/bench", "4"), ("city/sign", "2"), ("floors/oak", "6"), ("people", "6"),
    ]  # fmt: skip
    assert rows[2][2] == "[CC-BY-3.0](https://creativecommons.org/licenses/by/3.0/)"


def test_untrusted_text_cannot_break_the_table(tmp_path):
    credits = Credits()
    credits.add([Licence(**_entry("a|b", "MIT", "<script>x</script>\n| evil |", "[click](http://x) `code`"))])
    credits.write(tmp_path)
    *_, line = (tmp_path / "ATTRIBUTION.md").read_text().splitlines()
    assert len([n for n, c in enumerate(line) if c == "|" and line[n - 1] != "\\"]) == 6
    assert "<script>" not in line
    assert r"\[click\]" in line


@pytest.mark.parametrize(
    ("licence", "url"),
    [
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-3.0-US", "https://creativecommons.org/licenses/by/3.0/us/"),
        ("CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
        ("MIT", "https://spdx.org/licenses/MIT.html"),
        ("GPL-2.0+", "https://spdx.org/licenses/GPL-2.0.html"),
        ("(Apache-2.0 OR MIT)", "https://spdx.org/licenses/Apache-2.0.html"),
        ("LicenseRef-ours", ""),
    ],
)
def test_licences_have_an_address(licence, url):
    assert licence_url(licence) == url


def test_ids_are_plain_numbers(run):
    """numpy's own integers do not go into JSON."""
    ids = Credits().add(shown_in(RawFrame(run / "frames/000000")))
    assert json.loads(json.dumps(ids)) == [1, 2, 3]
    assert not any(isinstance(number, np.integer) for number in ids)
