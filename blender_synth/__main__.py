"""`python -m blender_synth` is `blender-synth`."""

from blender_synth.cli import main

if __name__ == "__main__":
    main()
