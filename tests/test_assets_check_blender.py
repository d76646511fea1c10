"""`blender-synth assets check` as an artist runs it, on items that are broken in one way each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import broken_items

pytestmark = pytest.mark.blender


def check(*arguments, cwd: Path):
    command = [sys.executable, "-m", "blender_synth", "assets", "check", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


@pytest.fixture(scope="module")
def broken(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("packs") / "broken"
    broken_items.write(folder)
    items = "\n".join(
        f"  - {{file: {file.name}, category: {file.stem.split('_')[0]}}}" for file in sorted(folder.glob("*.glb"))
    )
    (folder / "pack.yaml").write_text(f"name: broken\nlicence: CC0-1.0\nitems:\n{items}\n")
    return folder


@pytest.fixture(scope="module")
def report(broken: Path) -> dict:
    done = check(broken, "--json", cwd=broken.parent)
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("item", "fault"), broken_items.FAULTS.items())
def test_each_fault_is_found_by_name(report, item, fault):
    found = [finding for finding in report["findings"] if finding["item"] == item]
    assert fault in {finding["code"] for finding in found}
    assert all(finding["file"] == f"{item}.glb" and finding["mend"] and finding["text"] for finding in found)


def test_nothing_else_is_found(report):
    """One mistake may show in two ways; all others are false alarms."""
    also = {("bollard_lying", "origin_not_at_feet")}
    for finding in report["findings"]:
        pair = (finding["item"], finding["code"])
        assert broken_items.FAULTS.get(finding["item"]) == finding["code"] or pair in also, finding


def test_the_good_one_is_left_in_peace(report):
    assert not [finding for finding in report["findings"] if finding["item"] == "bench_good"]
