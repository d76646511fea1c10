"""Kinds of look-alikes: what a detector may take for a person or for a mirror. Every file here that defines `Spec` and
`Randomizer` is one.

| file | content |
| --- | --- |
| `world/lookalikes/<kind>.py` | `Spec` (`contracts.LookalikeSpec`), `Randomizer` (`contracts.LookalikeRandomizer`) |
| `blender/lookalikes/<kind>.py` | `build(spec, stage, detail)`: adds it to the scene |
| `conf/lookalikes/<name>.yaml` | how many of which kinds: the config choice `lookalikes=<name>` |

They are placed last, from random streams of their own, so that the same seed shows the same people, mirrors and props
with them and without.
"""

from blender_synth.plugins import plugin_paths

__path__ += plugin_paths("world/lookalikes")
