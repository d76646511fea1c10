"""What a user may configure of the step from radiance to picture."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from blender_synth.values import Range, plain


def _each(value: object) -> object:
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _within(low: float, high: float):
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
    """A range is drawn from once a frame, by a stream of the frame's own seed; one number is that number.

    Attributes:
        exposure: `auto` meters the frame as a camera does; `fixed` uses `exposure_ev` alone.
        exposure_ev: stops added to the metered exposure, or the exposure itself when fixed.
        mor_m: meteorological optical ranges to develop at, each of which makes a picture of every frame; None takes the
            one of the frame's weather.
        tone_curve: `filmic` rolls highlights off as a camera does; `linear` clips them.
        white_balance: `auto` takes most of the light's colour out, as cameras do; `daylight` keeps it.
        warmth_ev: error of the white balance, stops of red against blue.
        iso: what the camera may choose between, 100 being the sensor's own; None for a picture without noise.
        vignetting_ev: stops lost in the corners. blur_px: standard deviation of the lens's blur.
        lens_drops: drops of water on the lens. lens_flakes: flakes of snow on it.
        jpeg_quality: of JPEG files; None leaves it to the exporter.
        min_contrast: people with less `contrast` than this become regions to ignore; 0.05 is what defines the MOR.
    """

    exposure: Literal["auto", "fixed"] = "auto"
    exposure_ev: Annotated[Range, _within(-20, 20)] = (0.0, 0.0)
    mor_m: Annotated[tuple[Visibility, ...], BeforeValidator(_each), AfterValidator(_distinct)] | None = None
    tone_curve: Literal["filmic", "linear"] = "filmic"
    white_balance: Literal["daylight", "auto"] = "daylight"
    warmth_ev: Annotated[Range, _within(-2, 2)] = (0.0, 0.0)
    iso: Annotated[Range, _within(25, 409600)] | None = None
    vignetting_ev: Annotated[Range, _within(0, 4)] = (0.0, 0.0)
    blur_px: Annotated[Range, _within(0, 20)] = (0.0, 0.0)
    lens_drops: Annotated[Range, _within(0, 400)] = (0.0, 0.0)
    lens_flakes: Annotated[Range, _within(0, 400)] = (0.0, 0.0)
    jpeg_quality: Annotated[Range, _within(1, 100)] | None = None
    min_contrast: float = Field(default=0.0, ge=0, le=1)
