"""The picture's bench: its error measure, and its choice of the cheapest variant that is not worse."""

import math

import numpy as np
import pytest

from blender_synth.dev.bench_quality import BASELINE, Row, print_summary, psnr


def test_noise_of_the_references_cancels():
    rng = np.random.default_rng(3)
    truth = rng.uniform(0.3, 0.7, (90, 160, 3))
    references = [truth + rng.normal(0, 0.05, truth.shape) for _ in range(2)]
    picture = truth + rng.normal(0, 0.02, truth.shape)
    everything = np.ones(truth.shape[:2], bool)
    assert psnr(picture, references, everything) == pytest.approx(-10 * math.log10(0.02**2), abs=0.3)
    assert psnr(picture, references, everything) > psnr(picture, [references[0]] * 2, everything) + 5


def test_errors_count_inside_the_mask_only():
    truth = np.full((8, 8, 3), 0.5)
    picture, mask = truth.copy(), np.zeros((8, 8), bool)
    picture[:4] += 0.1
    mask[:4] = True
    assert psnr(picture, [truth, truth], mask) == pytest.approx(20)
    assert psnr(picture, [truth, truth], ~mask) > 60
    assert math.isnan(psnr(picture, [truth, truth], np.zeros((8, 8), bool)))


def _row(seconds: float, whole_db: float, reflections_db: float) -> Row:
    return Row(seconds, {"whole": whole_db, "people": 30.0, "reflections": reflections_db, "mirrors": 30.0}, 0.05)


def test_speedup_is_of_the_cheapest_variant_without_a_worse_error(capsys):
    table = {
        BASELINE: {"a": _row(60, 35, 32), "b": _row(30, 33, 30)},
        "blurred reflections": {"a": _row(6, 36, 31), "b": _row(3, 34, 29)},
        "as good": {"a": _row(20, 35.01, 32), "b": _row(10, 33.2, 30.1)},
        "better": {"a": _row(40, 38, 36), "b": _row(20, 38, 36)},
    }
    print_summary(table)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "speedup 3.00"
    assert lines[-2].endswith(": as good")
