"""`python -m blender_synth` is `blender-synth`."""

import sys
from pathlib import Path

if not sys.flags.safe_path:  # nothing is imported from the working directory, which `-m` put first
    sys.path.pop(0)
    _parent = str(Path(__file__).resolve().parents[1])
    if _parent not in sys.path:  # the package is not installed: its folder stays, last
        sys.path.append(_parent)

from blender_synth.cli import main

if __name__ == "__main__":
    main()
