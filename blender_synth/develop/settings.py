"""Settings of the step from radiance to picture.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `exposure` | auto | choice | `auto` meters the frame as a camera does; `fixed` uses `exposure_ev` alone |
| `exposure_ev` | [-0.25, 0.25] | stops | added to the metered exposure, or the exposure itself when fixed |
| `mor_m` | null | m | visibilities (meteorological optical range), each a picture of every frame; null: the weather's |
| `tone_curve` | filmic | choice | `filmic` rolls highlights off as a camera does; `linear` clips them |
| `white_balance` | auto | choice | `auto` removes most of the light's colour, as cameras do; `daylight` keeps it |
| `warmth_ev` | [-0.15, 0.15] | stops | error of the white balance, red against blue |
| `iso` | [100, 1600] | ISO | limits of the speed that the camera chooses; null: no noise |
| `vignetting_ev` | [0.1, 0.5] | stops | loss of light in the corners |
| `blur_px` | [0.2, 0.6] | px | standard deviation of the lens's blur |
| `lens_drops` | 0 | count | drops of water on the lens |
| `lens_flakes` | 0 | count | flakes of snow on the lens |
| `jpeg_quality` | 95 | 1 to 100 | of JPEG files |
| `min_contrast` | 0 | 0 to 1 | people with less contrast become regions to ignore; 0.05 is the end of visibility |

A range is drawn from once a frame, by a stream of the frame's own seed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from blender_synth.values import Range, plain


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _within(low: float, high: float) -> AfterValidator:
    def check(pair: tuple[float, float]) -> tuple[float, float]:
        if pair[0] < low or pair[1] > high:
            raise ValueError(f"must lie between {low:g} and {high:g}, not [{pair[0]:g}, {pair[1]:g}]")
        return pair

    return AfterValidator(check)


def _distinct(values: tuple[float, ...]) -> tuple[float, ...]:
    if len({f"{v:g}" for v in values}) != len(values) or not values:
        raise ValueError("give one or more visibilities, each once")
    return values


Visibility = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@plain
class DevelopSettings:
    """See the module's docstring. The defaults are those of conf/config.yaml."""

    exposure: Literal["auto", "fixed"] = "auto"
    exposure_ev: Annotated[Range, _within(-20, 20)] = (-0.25, 0.25)
    mor_m: Annotated[tuple[Visibility, ...], BeforeValidator(_as_tuple), AfterValidator(_distinct)] | None = None
    tone_curve: Literal["filmic", "linear"] = "filmic"
    white_balance: Literal["daylight", "auto"] = "auto"
    warmth_ev: Annotated[Range, _within(-2, 2)] = (-0.15, 0.15)
    iso: Annotated[Range, _within(25, 409600)] | None = (100.0, 1600.0)
    vignetting_ev: Annotated[Range, _within(0, 4)] = (0.1, 0.5)
    blur_px: Annotated[Range, _within(0, 20)] = (0.2, 0.6)
    lens_drops: Annotated[Range, _within(0, 400)] = (0.0, 0.0)
    lens_flakes: Annotated[Range, _within(0, 400)] = (0.0, 0.0)
    jpeg_quality: Annotated[Range, _within(1, 100)] = (95.0, 95.0)
    min_contrast: float = Field(default=0.0, ge=0, le=1)
