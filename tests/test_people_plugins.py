"""A garment cut, an arm gesture and an activity, each added as new files in a plug-in folder. No Blender."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

FILES = {
    "world/people/garments/poncho.py": """
        from blender_synth.world.people.clothes import GarmentSpec
        from blender_synth.world.people.garments import OuterDraws, OuterGarment

        def make(draws: OuterDraws) -> GarmentSpec:
            fabric = draws.palette.fabric("wool", {"stripes": 1})
            return GarmentSpec(kind="poncho", fabric=fabric, fit=0.9, length=0.8, sleeve=0.9, thickness_m=0.006)

        GARMENT = OuterGarment(order=1000, weight=2.0, comfort_c=(-10, 25), make=make)
    """,
    "bodies/cuts/poncho.py": """
        from blender_synth.bodies.cloth.panels import JACKET, upper_body
        from blender_synth.bodies.cuts import UpperCut

        class Poncho(UpperCut):
            def panels(self, wearer, garment, seed, inner, ease_m):
                upper = upper_body(
                    wearer.points, wearer.rig, garment, seed, ease_m + 0.01, inner, wearer.fineness, JACKET
                )
                return [upper]

            def closure(self, garment):
                return "none"

        CUT = Poncho()
    """,
    "world/people/gestures/salute.py": """
        from blender_synth.world.people.gestures import Gesture

        GESTURE = Gesture(arm="salute", weights={"gestures": (1000, 1.0), "waiting": (1000, 0.5)})
    """,
    "bodies/arm_poses/salute.py": """
        from blender_synth.bodies.arm_poses import ArmPose

        def place(arm, push_m):
            arm.by_angles(push_m, 70, 40, 40, 120, 20, 0)
            return 0.2, 0.0

        ARM_POSE = ArmPose(place)
    """,
    "world/people/activities/stroll.py": """
        from blender_synth.world.people.activities import Activity

        ACTIVITY = Activity(order=1000, weight=1.0, legs="walk", moves=True, pace=0.5)
    """,
}

SCRIPT = """
import json
import numpy as np
from blender_synth.bodies.person import dressed_person
from blender_synth.config import compose
from blender_synth.world.people.situation import Situation
from blender_synth.seeds import Streams
from blender_synth.world.sample import sample_scene

named = "pedestrians.person.pose.activity={stroll: 1}"
settings = compose(["scene=street", "mirrors=none", "pedestrians=few", "seed=3", named])
scene = sample_scene(settings, (), 0)
compose(["pedestrians.person.outfit.outers={poncho: 1}", "pedestrians.person.pose.gestures={salute: 1}"])

from blender_synth.world.people.pedestrian import Randomizer

default = Randomizer()
people = [default.sample(Streams(n, 0), 1, situation=Situation(seat_m=0.45)) for n in range(60)]
worn = [p for p in people if p.outfit.outer and p.outfit.outer.kind == "poncho"]
saluting = [p for p in people if "salute" in (p.pose.left_arm, p.pose.right_arm)]
built = dressed_person(worn[0], "low"), dressed_person(saluting[0], "low")
hands = [max(built[1].joints_m[f"{s}_wrist"][2] for s in ("left", "right"))]
print(json.dumps({
    "last": [list(w)[-1] for w in (default.outfit.outers, default.pose.gestures, default.pose.activity)],
    "scene": sorted({p.pose.activity for p in scene.people}),
    "worn": len(worn), "saluting": len(saluting),
    "strolling": sum(p.pose.activity == "stroll" for p in people),
    "parts": [p.name for p in built[0].parts],
    "finite": bool(all(np.isfinite(p.vertices).all() for b in built for p in b.parts)),
    "raised_m": hands[0] - built[1].joints_m["nose"][2],
}))
"""


def test_a_cut_a_gesture_and_an_activity_are_added_as_files(tmp_path: Path):
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
    environment = os.environ | {"BLENDER_SYNTH_PLUGINS": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["last"] == ["poncho", "salute", "stroll"]  # behind the built-in ones: draws depend on the order
    assert report["scene"] == ["stroll"]
    assert 20 < report["worn"] < 50
    assert report["saluting"] > 5
    assert 15 < report["strolling"] < 45
    assert "outer0" in report["parts"]
    assert report["finite"]
    assert report["raised_m"] > -0.3


def test_a_file_without_its_constant_is_named(tmp_path: Path):
    file = tmp_path / "world/people/activities/broken.py"
    file.parent.mkdir(parents=True)
    file.write_text("ACTIVTY = None\n")
    environment = os.environ | {"BLENDER_SYNTH_PLUGINS": str(tmp_path)}
    code = "from blender_synth.world.people.activities import activities; activities()"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert "the file does not define ACTIVITY as Activity" in ran.stderr
    assert "world.people.activities.broken" in ran.stderr
