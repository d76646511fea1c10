"""Shared by all tests."""

from __future__ import annotations

import pytest


@pytest.fixture
def rng():
    """Draws that are the same in every run."""
    import numpy as np

    return np.random.Generator(np.random.PCG64(0))
