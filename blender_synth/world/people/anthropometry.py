"""How tall and how heavy people are, by age and sex."""

from __future__ import annotations

import numpy as np

# Median stature, metres: to 18 years CDC 2000 growth charts (Kuczmarski et al., Vital Health Stat 11(246), 2002);
# adults NHANES 2015-2018 (Fryar et al., Vital Health Stat 3(46), 2021).
_AGE_YEARS = (2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 30, 50, 70, 85)
_STATURE_M = {
    "male": (
        0.87,
        1.02,
        1.15,
        1.28,
        1.337,
        1.388,
        1.437,
        1.493,
        1.564,
        1.641,
        1.701,
        1.736,
        1.761,
        1.762,
        1.758,
        1.738,
        1.715,
    ),
    "female": (
        0.86,
        1.01,
        1.15,
        1.276,
        1.331,
        1.382,
        1.448,
        1.515,
        1.573,
        1.604,
        1.619,
        1.626,
        1.631,
        1.629,
        1.622,
        1.597,
        1.570,
    ),
}
_STATURE_SPREAD = 0.040  # standard deviation over the mean, about the same at all ages
# Median body-mass index, kg/m2: children CDC 2000, adults the world means of NCD-RisC, Lancet 387 (2016).
_BMI_AGE_YEARS = (2, 6, 8, 10, 12, 14, 16, 18, 25, 40, 60, 85)
_BMI = {
    "male": (16.5, 15.4, 15.8, 16.6, 17.8, 19.2, 20.6, 21.8, 23.4, 25.2, 25.6, 24.5),
    "female": (16.4, 15.2, 15.9, 16.8, 18.1, 19.4, 20.5, 21.2, 22.6, 24.8, 26.2, 25.0),
}
_BMI_SPREAD = 0.155  # of log(BMI); its right tail is longer, as in the tables


def stature_m(sex: str, age_years: float, deviate: float) -> float:
    """Stature of one person, metres; `deviate` is their standard normal score."""
    mean = float(np.interp(age_years, _AGE_YEARS, _STATURE_M[sex]))
    return mean * (1 + _STATURE_SPREAD * float(np.clip(deviate, -2.6, 2.6)))


def bmi(sex: str, age_years: float, deviate: float) -> float:
    """Body-mass index of one person, kg/m2; `deviate` is their standard normal score."""
    median = float(np.interp(age_years, _BMI_AGE_YEARS, _BMI[sex]))
    spread = _BMI_SPREAD if age_years >= 18 else 0.11
    return median * float(np.exp(spread * np.clip(deviate, -2.0, 2.4)))
