"""`blender-synth assets new`, `list` and `preview` of packs, as an artist runs them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from blender_synth.pack_tools.new import TEMPLATE
from blender_synth.packs import load_pack
from tests.commands import run_here
from tests.small_glb import write_box, write_pack


def command(*arguments, cwd: Path):
    return run_here("assets", *arguments, cwd=cwd)


def test_new_writes_a_pack_that_loads_and_says_what_to_do_next(tmp_path):
    done = command("new", "harbour", "--at", "my packs", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "my packs" / "harbour"
    pack = load_pack(folder)
    assert pack.name == "harbour"
    assert [item.name for item in pack.items] == ["bench", "lavender_planter"]
    assert all(pack.licence and item.terms.category and item.triangles for item in pack.items)
    next_steps = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]
    assert [step.split()[1] for step in next_steps] == ["assets", "assets", "run"]
    assert all("my packs/harbour" in step for step in next_steps)
    for picture in (folder / "guide").iterdir():
        assert f"guide/{picture.name}" in (folder / "GUIDE.md").read_text()


def test_new_leaves_alone_what_is_there(tmp_path):
    (tmp_path / "harbour").mkdir()
    done = command("new", "harbour", cwd=tmp_path)
    assert done.returncode == 1
    assert "already exists" in done.stderr
    assert not list((tmp_path / "harbour").iterdir())


@pytest.mark.parametrize("name", ["../up", "a b", "", "-", ".hidden", "ü"])
def test_new_refuses_names_that_no_pack_may_have(name, tmp_path):
    done = command("new", "--", name, cwd=tmp_path)
    assert done.returncode == 1
    assert "cannot have this name" in done.stderr
    assert not list(tmp_path.iterdir())


def test_every_link_and_picture_of_the_guide_is_there():
    import re

    guide = (TEMPLATE / "GUIDE.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", guide)
    assert len(links) >= 3
    for link in links:
        if link.startswith("guide/"):
            assert (TEMPLATE / link).is_file(), link


def test_the_guide_names_every_fault_that_check_can_find():
    import inspect
    import re

    from blender_synth.packs import rules, survey

    source = inspect.getsource(rules) + inspect.getsource(survey)
    codes = set(re.findall(r'Finding\(\s*"([a-z_]+)"', source)) | set(re.findall(r'return "([a-z_]+)"', source))
    guide = (TEMPLATE / "GUIDE.md").read_text(encoding="utf-8")
    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in guide} == set()


def test_list_tells_packs_and_items_with_their_size(tmp_path):
    write_pack(tmp_path / "p", "name: p\nlicence: MIT\nauthor: Ada\nversion: 3\ncategory: bollard\ntags: [iron]\n")
    done = command("list", "--json", "packs=[p]", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [pack] = [pack for pack in json.loads(done.stdout) if pack["name"] == "p"]
    assert (pack["version"], pack["licence"], pack["author"]) == ("3", "MIT", "Ada")
    [item] = pack["items"]
    assert item["size_m"] == [0.5, 1.0, 2.0]
    assert (item["kind"], item["category"], item["tags"], item["triangles"]) == ("prop", "bollard", ["iron"], 12)
    text = command("list", "packs=[p]", cwd=tmp_path).stdout
    assert "p 3 (MIT, by Ada)" in text
    assert "0.50 x 1.00 x 2.00 m  12 tris  pavement  [iron]" in text


def test_list_goes_on_past_a_broken_item(tmp_path):
    folder = write_pack(tmp_path / "p")
    (folder / "broken.glb").write_bytes(b"glTF")
    done = command("list", "packs=[p]", cwd=tmp_path)
    assert done.returncode == 1
    assert "bollards/broken" in done.stderr
    assert "    bollard  " in done.stdout


@pytest.mark.blender
def test_preview_shows_items_a_turntable_and_what_is_broken(tmp_path):
    folder = write_pack(tmp_path / "p", "name: p\nlicence: MIT\n", "tall.glb", "small.glb")
    write_box(folder / "small.glb", (-0.05, 0, -0.05), (0.05, 0.2, 0.05))
    (folder / "broken.glb").write_bytes(b"glTF")
    arguments = ["--height-px=48", "--samples=1", "--turntable=tall", "--turns=4", "--out=new/sheet.png"]
    done = command("preview", "p", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert "3 items in new/sheet.png" in done.stdout
    assert "1 could not be shown" in done.stdout
    sheet = cv2.imread(str(tmp_path / "new/sheet.png"))
    assert sheet.shape[1] > 3 * 48
    tiles = [sheet[34:82, 4 + n * 62 : 62 + n * 62].reshape(-1, 3).astype(int) for n in range(3)]
    red = [(tile[:, 2] - tile[:, :2].max(axis=1)).max() for tile in tiles[1:]]
    assert min(red) > 60  # the boxes are red, and near enough to fill something
    read, turntable = cv2.imreadanimation(str(tmp_path / "new/sheet_tall.webp"))
    assert read
    assert len(turntable.frames) == 4
    assert (turntable.frames[0].astype(int) - turntable.frames[1]).any()  # it turns


@pytest.mark.blender
def test_preview_shows_items_that_check_finds_faulty(tmp_path):
    manifest = (
        "name: p\nlicence: MIT\ndescription: <b>bold</b>\nitems:\n"
        "  - {file: huge.glb, category: bollard}\n"
        "  - {file: man.glb, kind: person, skeleton: mixamo, weigth: 1}\n"
        "  - {file: gone.glb, name: gone}\n"
    )
    folder = write_pack(tmp_path / "p", manifest, "man.glb")
    write_box(folder / "huge.glb", (-15, 0, -15), (15, 100, 15))
    arguments = ["--height-px=48", "--samples=1", "--turntable=none", "--out=sheet.png"]
    done = command("preview", "p", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert "3 items in sheet.png" in done.stdout
    assert "1 could not be shown" in done.stdout
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    tiles = [sheet[34:82, 4 + n * 62 : 62 + n * 62].reshape(-1, 3).astype(int) for n in range(2)]
    assert min((tile[:, 2] - tile[:, :2].max(axis=1)).max() for tile in tiles) > 60  # both boxes are shown
    page = (tmp_path / "sheet.html").read_text()
    assert len(list((tmp_path / "sheet_files").iterdir())) == 2
    for text in ("absurd_size", "the skeleton has no such bone", "there is no such key", "the file is missing"):
        assert text in page, text
    assert "<b>bold" not in page
    assert "://" not in page


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "not an asset pack"),
        (["p", "--turntable=moon"], "the pack has no such item"),
        (["p", "--out=sheet.doc"], "no picture can be written"),
    ],
)
def test_preview_refuses_before_blender_starts(arguments, says, tmp_path):
    write_pack(tmp_path / "p")
    done = command("preview", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
