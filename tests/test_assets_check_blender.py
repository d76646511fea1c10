"""`blender-synth assets check` as an artist runs it, on items that are broken in one way each."""

from __future__ import annotations

import argparse
import json
import os
import signal
from pathlib import Path

import pytest

from blender_synth.blender_process import BlenderProcess, ProcessLost
from blender_synth.pack_tools import check as assets_check
from blender_synth.packs.survey import survey
from tests import broken_items
from tests.commands import run_here
from tests.made_assets import export, make_crate

pytestmark = pytest.mark.blender


def check(*arguments, cwd: Path):
    return run_here("assets", "check", *arguments, cwd=cwd)


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
    assert all(finding["file"] == f"{item}.glb" and finding["hint"] and finding["text"] for finding in found)


def test_nothing_else_is_found(report):
    """One mistake may show in two ways; all others are false alarms."""
    also = {("bollard_lying", "origin_not_at_feet")}
    for finding in report["findings"]:
        pair = (finding["item"], finding["code"])
        assert broken_items.FAULTS.get(finding["item"]) == finding["code"] or pair in also, finding


def test_the_good_one_is_left_in_peace(report):
    assert not [finding for finding in report["findings"] if finding["item"] == "bench_good"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    """Scripts and drivers, a texture that is gone, damaged files, an odd skeleton, a good one."""
    folder = tmp_path_factory.mktemp("packs") / "hostile"
    crate = make_crate(folder, "scripted")
    import bpy

    bpy.data.texts.new("evil.py").write("raise SystemExit")
    bpy.data.texts["evil.py"].use_module = True
    crate.driver_add("location", 0).driver.expression = "1 + 1"
    export(folder / "scripted.blend")
    make_crate(folder / "gone", "untextured")
    export(folder / "untextured.blend")
    (folder / "gone" / "grain.png").unlink()
    make_crate(folder, "good")
    export(folder / "good.glb")
    whole = (folder / "good.glb").read_bytes()
    (folder / "cut.glb").write_bytes(whole[: len(whole) // 2])
    (folder / "noise.blend").write_bytes(b"BLENDER-v405" + bytes(range(256)) * 20)
    (folder / "words.fbx").write_text("not a shape")
    make_crate(folder, "person")
    bpy.ops.object.armature_add()
    export(folder / "person.glb")
    (folder / "pack.yaml").write_text(
        """
name: hostile
category: crate
items:
  - {file: scripted.blend, licence: MIT}
  - {file: untextured.blend, licence: MIT}
  - {file: cut.glb, licence: MIT}
  - {file: noise.blend, licence: MIT}
  - {file: words.fbx, licence: MIT}
  - {file: person.glb, licence: MIT, kind: person}
  - {file: good.glb, up_axis: up}
  - {file: ../secret.glb, licence: MIT}
"""
    )
    return folder


def test_hostile_and_damaged_files_fail_alone_and_by_name(hostile: Path):
    done = check(".", "--json", cwd=hostile)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    found = {(finding["item"], finding["code"], finding["severity"]) for finding in report["findings"]}
    assert found >= {
        ("scripted", "script_removed", "warning"), ("scripted", "driver_removed", "warning"),
        ("untextured", "missing_texture", "error"), ("cut", "unreadable_file", "error"),
        ("noise", "unreadable_file", "error"), ("words", "unreadable_file", "error"),
        ("person", "unknown_rig", "warning"), ("good", "absent_licence", "error"), ("good", "manifest", "error"),
        ("secret", "outside_path", "error"),
    }  # fmt: skip
    assert report["errors"] == sum(finding["severity"] == "error" for finding in report["findings"])
    assert "Traceback" not in done.stderr


def test_the_status_tells_ci(tmp_path: Path):
    make_crate(tmp_path / "p")  # its origin is not below it: a warning
    export(tmp_path / "p" / "crate.glb")
    (tmp_path / "p" / "pack.yaml").write_text("name: p\nlicence: CC0-1.0\n")
    done = check("p", cwd=tmp_path)
    assert done.returncode == 0
    assert "crate.glb  (crate)\n  warning origin_not_at_feet: " in done.stdout
    assert "fix: " in done.stdout
    assert done.stdout.endswith("p: 1 item, 0 errors, 1 warning\n")
    assert check("p", "--strict", cwd=tmp_path).returncode == 1
    (tmp_path / "p" / "pack.yaml").write_text("name: p\n")
    assert check("p", cwd=tmp_path).returncode == 1


def test_no_folder(tmp_path: Path):
    done = check("nowhere", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no such folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_kills_blender_takes_only_its_item_along(hostile: Path, monkeypatch, capsys):
    """The process is killed while it has the first item; the others are looked into by a fresh one."""
    ask = BlenderProcess.ask

    def killed(self, name, **job):
        if job["file"].endswith("scripted.blend"):
            self.start()
            os.kill(self._process.pid, signal.SIGSEGV)
        return ask(self, name, **job)

    monkeypatch.setattr(BlenderProcess, "ask", killed)
    assert assets_check.run(argparse.Namespace(path=hostile, json=True, strict=False)) == 1
    found = {(f["item"], f["code"], f["text"]) for f in json.loads(capsys.readouterr().out)["findings"]}
    assert ("scripted", "unreadable_file", "Blender crashed (signal SIGSEGV)") in found
    assert {"missing_texture"} <= {code for item, code, _ in found if item == "untextured"}, found


def test_a_file_that_takes_too_long_is_given_up(hostile: Path, monkeypatch):
    def late(self, name, **job):
        lost = ProcessLost("Blender crashed (signal SIGXCPU)", "", False, None)
        lost.out_of_time = True
        raise lost

    [entry] = [entry for entry in survey(hostile).entries if entry.name == "scripted"]
    monkeypatch.setattr(BlenderProcess, "ask", late)
    [finding] = assets_check._inspect(hostile, (entry,))
    assert finding.code == "unreadable_file"
    assert "takes longer to read than the limit" in finding.text
