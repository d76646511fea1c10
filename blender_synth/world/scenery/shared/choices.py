"""Weights whose names are known beforehand."""

from __future__ import annotations

from pydantic import AfterValidator


def only(*names: str) -> AfterValidator:
    """Validator that refuses weights for anything but `names`."""

    def check(weights: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(weights) - set(names))
        if unknown:
            raise ValueError(f"no such choice: {', '.join(unknown)}; use {', '.join(names)}")
        return weights

    return AfterValidator(check)
