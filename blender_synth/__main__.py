"""`python -m blender_synth` is `blender-synth`."""

import sys

if not sys.flags.safe_path:  # nothing is imported from the working directory, which `-m` put first
    sys.path.pop(0)

from blender_synth.cli import main

if __name__ == "__main__":
    main()
