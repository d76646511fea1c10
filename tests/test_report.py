"""`blender-synth report`: its files, and the page in a headless browser where there is one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_synth import cli
from blender_synth.errors import RunError
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.report.build import write_pages, write_report
from blender_synth.report.duplicates import difference_hash, near_duplicates
from blender_synth.report.entry import Entry, Mark
from blender_synth.report.outlines import depth_picture, svg_path
from blender_synth.report.sources import Source
from tests.chromium import Page, chromium, page
from tests.made_frames import NEUTRAL, make_run

needs_browser = pytest.mark.skipif(chromium() is None, reason="no Chromium: apt-get install chromium")
READY = "document.body && document.body.dataset.ready === 'yes'"
EVIL = '<img src=x onerror="window.evil=1"></script><script>window.evil=1</script>'


def _script(file: Path) -> list:
    """Arguments of the call in a data file."""
    text = file.read_text(encoding="ascii")
    return json.loads(f"[{text[text.index('(') + 1 : text.rindex(')')]}]")


def test_outlines_cover_the_mask_and_keep_its_holes():
    mask = np.zeros((60, 80), bool)
    mask[10:50, 20:70] = True
    mask[25:35, 40:50] = False
    mask[3, 3] = True
    contours = [
        np.array([[float(v) for v in point.split()] for point in part.split("L")])
        for part in svg_path(mask).replace("Z", "").split("M")[1:]
    ]
    drawn = np.zeros((600, 800), np.uint8)
    cv2.fillPoly(drawn, [np.round(contour * 10).astype(np.int32) for contour in contours], 1)
    centres = drawn[5::10, 5::10].astype(bool)
    assert (centres != mask).sum() <= 1  # of a single pixel, the line may not enclose the centre
    assert not centres[30, 45]
    assert svg_path(np.zeros((4, 4), bool)) == ""


def test_depth_is_warm_when_near_and_black_in_the_sky():
    depth = np.full((40, 60), np.inf, np.float32)
    depth[20:, :30], depth[20:, 30:] = 2, 50
    picture = depth_picture(depth, 640)
    near, far, sky = (picture[y, x].astype(int) for y, x in ((30, 10), (30, 50), (5, 5)))
    assert near[2] > near[0]
    assert far[0] > far[2] or far.sum() < near.sum()
    assert not sky.any()


def test_near_duplicates_are_found_across_scenes_only(rng: np.random.Generator):
    first = cv2.resize(rng.integers(0, 255, (9, 16, 3)).astype(np.uint8), (320, 180), interpolation=cv2.INTER_CUBIC)
    noisy = np.clip(first.astype(int) + rng.integers(-3, 4, first.shape), 0, 255).astype(np.uint8)
    other = cv2.resize(rng.integers(0, 255, (9, 16, 3)).astype(np.uint8), (320, 180), interpolation=cv2.INTER_CUBIC)
    hashes = np.array([difference_hash(p) for p in (first, other, noisy)])
    assert [pair[:2] for pair in near_duplicates(hashes, ["a", "b", "c"])] == [(0, 2)]
    assert near_duplicates(hashes, ["a", "b", "a"]) == []


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    make_run(folder / "run", 3)
    (folder / "run" / "failures.jsonl").write_text(json.dumps({"frame_index": 7, "error": EVIL}) + "\n")
    settings = exporter_settings({"kind": "coco", "overlays": True})
    export_dataset([folder / "run"], folder / "data", settings, NEUTRAL)
    return folder / "data"


def test_report_of_a_dataset_and_of_its_run_show_the_same(dataset: Path, tmp_path: Path):
    pages = [
        write_report(dataset, tmp_path / "of_data").parent,
        write_report(dataset.parent / "run", tmp_path / "of_run").parent,
    ]
    kinds = []
    for folder in pages:
        index, details = _script(folder / "frames" / "000000.js")
        assert index == 0
        kinds.append(sorted((mark["kind"], mark["box"], mark["of"]) for mark in details["marks"]
                            if mark["kind"] != "other"))  # fmt: skip
        assert (folder / details["picture"]).resolve().is_file()
        assert (folder / details["depth"]).is_file()
        (summary,) = _script(folder / "data" / "summary.js")
        assert summary["totals"] == {"person": 3, "reflection": 6, "mirror": 3, "other": 3}
        assert summary["credits"] == [["people", "CC0-1.0", "MakeHuman", "", 3]]
        assert any("frame 7" in line for line in summary["failures"])
    assert kinds[0] == kinds[1]


def test_a_report_replaces_a_report_and_nothing_else(dataset: Path, tmp_path: Path):
    cli.main(["report", str(dataset), "--output", str(tmp_path / "page")])
    cli.main(["report", str(dataset), "--output", str(tmp_path / "page")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page"]
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "notes.txt").touch()
    with pytest.raises(RunError, match="other files"):
        write_report(dataset, tmp_path / "thesis")
    with pytest.raises(RunError, match="no such folder"):
        write_report(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="no pictures"):
        write_report(tmp_path / "empty")


def test_report_in_its_dataset_is_no_fault_and_survives_damaged_pictures(dataset: Path, tmp_path: Path):
    from blender_synth.verify import verify

    copy = tmp_path / "data"
    shutil.copytree(dataset, copy)
    write_report(copy)
    (findings,) = verify(copy)
    assert not findings.faults
    next((copy / "images").glob("*/*.jpg")).write_bytes(b"no picture")
    (summary,) = _script(write_report(copy).parent / "data" / "summary.js")
    assert summary["pictures"] == 2
    assert any("cannot be read" in line for line in summary["failures"])


def test_pictures_of_other_datasets_are_shown_without_labels(tmp_path: Path):
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.png"), np.full((20, 30, 3), 90, np.uint8))
    (summary,) = _script(write_report(tmp_path).parent / "data" / "summary.js")
    assert summary["pictures"] == 1
    assert summary["totals"] == {}


def _entries(count: int) -> Iterator[Entry]:
    """Pictures with a few people, reflections and a mirror each; every tenth has nobody."""
    random_ = np.random.Generator(np.random.PCG64(3))
    weathers, scenes = ("sunny", "rainy", "foggy", "snowy", EVIL), ("street", "plaza", "lobby")
    picture = random_.integers(0, 255, (45, 80, 3)).astype(np.uint8)
    for index in range(count):
        picture = np.roll(picture, 7, axis=1)
        marks = [_made_mark("mirror", 1001, 20, 10, {"mirror_kind": "wall"})]
        for number in range(1, 1 + index % 10):
            x = float(random_.integers(0, 60))
            values = {"visibility": float(random_.random()), "distance_m": 4.0 + number, "transmittance": 0.9}
            marks.append(_made_mark("person", number, x, 12, values))
            if number % 2:
                marks.append(_made_mark("reflection", 100_000 + number, 60 - x, 12, values, number, (1001,)))
        facts = {
            "weather": weathers[index % 5], "scene": scenes[index % 3], "time_of_day": ("day", "dusk")[index % 2],
            "split": "val" if index % 5 == 0 else "train", "mor_m": 50.0 * (1 + index % 400), "run": "run",
            "hour": float(index % 24), "scene_index": index,
        }  # fmt: skip
        yield Entry(
            name=f"run_{index:06d}", group=f"{index}", picture=picture, file=None, facts=facts, marks=tuple(marks),
            seconds={"build": 1.0, "picture": 5.0 + index % 7}, credits=((EVIL, "CC0-1.0", EVIL, ""),),
        )  # fmt: skip


def _made_mark(kind, number, x, y, values, source=None, via=()) -> Mark:
    category = {"person": "pedestrian", "reflection": "pedestrian_reflection"}.get(kind, kind)
    outline = f"M{x} {y}L{x + 12} {y}L{x + 10} {y + 25}L{x + 2} {y + 25}Z"
    points = tuple((x + 6.0, y + joint, joint % 3) for joint in range(17)) if kind != "mirror" else ()
    return Mark(
        kind=kind, number=number, category=category, name=EVIL if kind == "person" else kind, outline=outline,
        bbox=(x, y, 12, 25), source=source, via=via, keypoints=points, values=values,
    )  # fmt: skip


def _made_report(folder: Path, count: int) -> Path:
    folder.mkdir()
    source = Source(Path("<b>evil"), "dataset", count, _entries(count), failures=[EVIL])
    write_pages(source, folder, folder)
    return folder / "index.html"


def test_names_are_escaped_in_every_file(tmp_path: Path):
    html = _made_report(tmp_path / "page", 12)
    for file in (html, *html.parent.glob("data/*.js"), *html.parent.glob("frames/*.js")):
        assert "<img src=x" not in file.read_text()
        assert "</script><script>window" not in file.read_text()


@needs_browser
def test_page_shows_filters_and_opens_with_keys_alone(tmp_path: Path):
    html = _made_report(tmp_path / "page", 60)
    with page(tmp_path / "profile") as tab:
        tab.open(html.as_uri())
        tab.wait(READY)
        tab.wait("document.querySelectorAll('.tile svg').length > 4")
        assert tab.eval("document.getElementById('count').textContent") == "60 pictures"
        _check_filter(tab)
        tab.wait("document.querySelectorAll('.tile svg').length > 4")  # tiles are made anew after a filter
        _check_layers(tab)
        _check_viewer(tab)
        tab.key("s")
        tab.wait("document.querySelectorAll('#statistics svg').length >= 11")
        assert tab.eval("document.querySelectorAll('#statistics .empty').length") == 0
        tab.key("q")
        assert tab.eval("document.getElementById('quality').innerText").count("onerror") >= 2
        before = tab.eval("getComputedStyle(document.body).backgroundColor")
        tab.key("t")
        assert tab.eval("getComputedStyle(document.body).backgroundColor") != before
        assert tab.eval("window.evil") is None
        assert tab.log == []


def _check_filter(tab: Page) -> None:
    tab.eval("[...document.querySelectorAll('.option')].find((o) => o.textContent.startsWith('rainy')).click()")
    assert tab.eval("report.shown.length") == 12
    assert tab.eval("report.shown.every((index) => report.frames[index].weather === 'rainy')")
    tab.key("r")
    assert tab.eval("report.shown.length") == 60
    tab.key("/")
    for letter in "000042":
        tab.key(letter)
    tab.wait("report.shown.length === 1 && report.shown[0] === 42")
    tab.key("Escape")
    tab.key("r")
    assert tab.eval("report.shown.length") == 60


def _visible(tab: Page, selector: str) -> bool:
    return tab.eval(f"[...document.querySelectorAll('{selector}')].some((e) => getComputedStyle(e).display !== 'none')")


def _check_layers(tab: Page) -> None:
    for number, selector in enumerate(
        ("person.shape", "reflection.shape", "mirror.shape", None, ".pose", ".box", None, ".links"), start=1
    ):
        if selector is None:
            continue
        kind, _, name = selector.rpartition(".")
        css = f'.tile svg .{name}[data-layer="{kind}"]' if kind else f".tile svg .{name}"
        before = _visible(tab, css)
        tab.key(str(number))
        assert _visible(tab, css) != before, selector
        tab.key(str(number))


def _check_viewer(tab: Page) -> None:
    tab.key("ArrowRight")
    tab.key("ArrowRight")
    tab.key("Enter")
    tab.wait("viewer.isOpen() && document.querySelector('#stage img')")
    first = tab.eval("document.querySelector('#panel h2').textContent")
    tab.key("ArrowRight")
    tab.wait(f"document.querySelector('#panel h2').textContent !== '{first}'")
    tab.wait("document.querySelector('#stage img').naturalWidth === 80")
    labels = tab.eval("[...document.querySelectorAll('#panel dt')].map((e) => e.textContent)")
    assert {"visibility", "distance m", "reflection of", "via", "weather", "mor m", "build"} <= set(labels)
    tab.key("Escape")
    tab.wait("!viewer.isOpen()")


LONG_TASKS = """
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({ type: "longtask", buffered: true });
"""


@needs_browser
@pytest.mark.chaos
def test_ten_thousand_pictures_do_not_freeze_the_page(tmp_path: Path):
    """The longest task of the main thread, step by step; above about 200 ms a person notices."""
    html = _made_report(tmp_path / "page", 10_000)
    longest: dict[str, float] = {}
    with page(tmp_path / "profile") as tab:

        def measured(name: str, action: str, condition: str = "true") -> None:
            tab.eval("window.longest = 0")
            tab.eval(action)
            tab.wait(condition)
            tab.eval("new Promise((resolve) => setTimeout(resolve, 500))")
            longest[name] = tab.eval("window.longest")

        tab.open(html.as_uri(), before=LONG_TASKS)
        tab.wait(READY)
        tab.eval("new Promise((resolve) => setTimeout(resolve, 500))")
        longest["load"] = tab.eval("window.longest")
        assert tab.eval("report.shown.length") == 10_000
        assert tab.eval("document.querySelectorAll('.tile').length") < 100
        scroll = """(async () => {{
          const s = document.getElementById('scroll');
          for (let i = 0; i < 60; i++) {{ s.scrollTop = {}; await new Promise(requestAnimationFrame); }}
        }})()"""
        measured("scroll", scroll.format("i * 180"))
        measured("jump", scroll.format("s.scrollHeight * i / 60"))
        weather = "[...document.querySelectorAll('.option')].find((o) => o.textContent.startsWith('rainy')).click()"
        measured("filter", weather, "report.shown.length === 2000")
        measured("reset", "document.getElementById('reset').click()", "report.shown.length === 10000")
        measured("sort", "filter.order = 'most people'; applyFilters()")
        measured("overlays", "for (const [layer] of LAYERS.slice(2)) toggleLayer(layer)")
        measured("statistics", "showTab('statistics')", "document.querySelectorAll('#statistics svg').length >= 11")
        measured("quality", "showTab('quality')")
        measured("view", "showTab('gallery'); viewer.open(5000)", "document.querySelector('#panel h2')")
    print(longest)
    assert max(longest.values()) < 400, longest
