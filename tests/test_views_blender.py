"""A view that a worker moved to is the same file as that view rendered alone; runs of views survive kills."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blender_synth.acceptance import AcceptedViews, sample_until_accepted
from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.workers import worker_for
from tests.commands import TINY, run_here
from tests.test_kills_blender import _files

pytestmark = pytest.mark.blender

WET_STUDIO = [*TINY, "weather=[rainy,foggy]", "weather.time=night", "views_per_scene=3"]


def _render(folder: Path, *arguments: str) -> dict[str, bytes]:
    done = run_here("render", *arguments, "output=run", cwd=folder)
    assert done.returncode == 0, done.stderr
    return _files(folder / "run")


def test_views_rendered_alone_or_after_others_are_the_same_files(tmp_path):
    for name in ("all", "some"):
        (tmp_path / name).mkdir()
    together = _render(tmp_path / "all", *WET_STUDIO, "frames=5")
    seconds = [json.loads(line)["seconds"] for line in (tmp_path / "all/run/frames.jsonl").read_text().splitlines()]
    assert seconds[1]["build"] + seconds[2]["build"] < seconds[0]["build"] / 2  # only the first view builds the scene
    _render(tmp_path / "some", *WET_STUDIO, "frames=[4,5]")
    apart = _render(tmp_path / "some", *WET_STUDIO, "frames=[1,3]", "worker.count=2")
    assert {name[:6] for name in apart} == {"000001", "000002", "000004"}
    for name, content in apart.items():
        assert content == together[name], name
    assert len({together[f"00000{view}/radiance.exr"] for view in range(3)}) == 3
    metas = [json.loads(together[f"00000{index}/frame.json"]) for index in range(5)]
    assert [meta["scene_group"] for meta in metas] == ["1-0"] * 3 + ["1-1"] * 2


STREETS = {
    "rain at night, dashcam": ["scene=street", "mirrors=wall", "weather=rainy", "weather.time=night", "camera=dashcam"],
    "snow in a volume of fog": ["scene=plaza", "mirrors=shopfront", "weather=[snowy,foggy]", "weather.medium=volume",
                                "camera=cctv"],
    "sunny": ["scene=street", "mirrors=mixed", "weather=sunny", "camera=handheld"],
    "other light": ["scene=street", "mirrors=shopfront", "camera=dashcam", "weather=rainy", "views.vary=weather",
                    "weather.sun_elevation_deg=[-40,10]"],
    "other light indoors": ["scene=lobby", "mirrors=wall", "views.vary=weather", "weather.sun_elevation_deg=[-40,60]"],
    "indoors": ["scene=lobby", "mirrors=mixed", "camera=handheld"],
    "pairs": ["scene=lift", "mirrors=wall", "mirrors.paired=true", "camera=cctv"],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", list(STREETS))
def test_moved_views_equal_built_ones(name, tmp_path):
    small = ["pedestrians=few", "render.width_px=128", "render.height_px=72", "render.samples=2", "seed=4"]
    settings = compose([*STREETS[name], *small, "views_per_scene=3", "accept.max_attempts=2"])
    packs, known = find_packs((), "stop"), AcceptedViews()
    indices = (4, 5, 0, 2, 1) if settings.paired else (0, 2, 1)

    def files(index: int, fresh: bool) -> dict[str, bytes]:
        folder = tmp_path / f"{index}-{fresh}"
        if fresh:
            worker.stop()
        sample_until_accepted(settings, packs, worker, index, (), known)
        worker.render(str(folder))
        return {file.name: file.read_bytes() for file in folder.iterdir()}

    worker = worker_for(settings, packs)
    try:
        moved = {index: files(index, fresh=False) for index in indices}
        for index in indices[1:]:
            alone = files(index, fresh=True)
            assert moved[index].keys() == alone.keys()
            assert [file for file in alone if alone[file] != moved[index][file]] == []
    finally:
        worker.stop()
