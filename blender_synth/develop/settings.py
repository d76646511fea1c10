"""What a user may configure of the step from radiance to picture."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from blender_synth.world.values import plain


@plain
class DevelopSettings:
    """Attributes:
    exposure: `auto` meters the frame as a camera does; `fixed` uses `exposure_ev` alone.
    exposure_ev: stops added to the metered exposure, or the exposure itself when fixed.
    mor_m: meteorological optical range to develop at; None takes the one of the frame's weather.
    tone_curve: `filmic` rolls highlights off as a camera does; `linear` clips them.
    """

    exposure: Literal["auto", "fixed"] = "auto"
    exposure_ev: float = Field(default=0.0, ge=-20, le=20)
    mor_m: float | None = Field(default=None, gt=0)
    tone_curve: Literal["filmic", "linear"] = "filmic"
