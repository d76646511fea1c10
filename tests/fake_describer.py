"""Stands in for `blender.assets.describe` in tests: dies or hangs over files that are named so."""

from __future__ import annotations

import json
import os
import signal
import sys
import time

answers = os.fdopen(int(sys.argv[1]), "w")
for line in sys.stdin:
    name = json.loads(line)["file"]
    if "crash" in os.path.basename(name):
        os.kill(os.getpid(), signal.SIGSEGV)
    if "hang" in os.path.basename(name):
        time.sleep(60)
    box = [[0, 0, 0], [1, 1, os.path.getsize(name)]]
    answer = {"box_m": box, "triangles": os.getpid(), "materials": [], "bones": {}, "problems": []}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
