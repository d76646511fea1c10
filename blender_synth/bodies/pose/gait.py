"""Walking and running as joint angles over the gait cycle.

The curves are sagittal joint angles of healthy adults at a comfortable speed, read at steps of 5 % of the cycle and
rounded to a degree. They follow the means published by D. A. Winter, *The Biomechanics and Motor Control of Human
Gait* (2nd ed., 1991), and J. Perry and J. M. Burnfield, *Gait Analysis* (2nd ed., 2010); pelvis and trunk from the
same; arm swing from M. P. Murray, S. B. Sepic and E. J. Barnard, Phys. Ther. 47 (1967). Running follows T. F.
Novacheck, *The biomechanics of running*, Gait and Posture 7 (1998). Amplitudes grow with stride length, which goes
about with the square root of speed (C. Kirtley, M. W. Whittle and R. J. Jefferson, J. Biomed. Eng. 7, 1985).

Phase 0 is the heel strike of that leg; the other leg is half a cycle behind. Flexion is positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# fmt: off
_WALK = {  # phase 0.00, 0.05 ... 0.95, degrees
    "hip":   (24, 23, 21, 18, 14, 9, 5, 1, -3, -7, -10, -11, -8, -1, 8, 15, 21, 25, 26, 25),
    "knee":  (5, 12, 17, 18, 16, 12, 9, 6, 5, 7, 12, 21, 36, 52, 60, 59, 48, 30, 13, 4),
    "pitch": (-19, -9, -1, 0, 0, 0, 0, 1, 5, 12, 23, 38, 55, 60, 47, 28, 11, -4, -15, -20),  # of the foot, toes down +
}
_RUN = {
    "hip":   (36, 34, 29, 22, 14, 6, -1, -6, -8, -6, 0, 9, 19, 29, 37, 42, 44, 43, 41, 38),
    "knee":  (18, 31, 40, 41, 36, 28, 21, 18, 22, 36, 55, 74, 88, 93, 90, 78, 58, 36, 19, 13),
    "pitch": (-10, -3, 0, 2, 8, 18, 32, 48, 60, 66, 64, 60, 56, 50, 42, 30, 16, 2, -9, -13),
}
# fmt: on
_NOMINAL_WALK_MPS = 1.35
_NOMINAL_RUN_MPS = 3.2
_TOE_LIMIT_DEG = 45.0


def _periodic(samples: tuple[int, ...], phase: float) -> float:
    """Value of evenly spaced samples of one period at `phase` (cycles): trigonometric interpolation, damped to six
    harmonics, above which published gait curves hold nothing but noise."""
    spectrum = np.fft.rfft(samples) / len(samples)
    k = np.arange(len(spectrum))[:7]
    terms = spectrum[:7] * np.exp(2j * np.pi * k * phase)
    return float(terms[0].real + 2 * terms[1:].real.sum())


@dataclass(frozen=True)
class LegAngles:
    """Angles of one leg, degrees: hip and knee flexion, pitch of the foot against the ground (toes down positive),
    flexion of the toes upward against the foot."""

    hip_deg: float
    knee_deg: float
    foot_pitch_deg: float
    toe_deg: float


@dataclass(frozen=True)
class GaitMoment:
    """One moment of a gait cycle. Yaw and roll turn about +Z and +X, degrees; +Y is the person's left.

    Attributes:
        legs: for ``"L"`` and ``"R"``.
        arm_flexion_deg, elbow_deg: for ``"L"`` and ``"R"``.
        pelvis_yaw_deg, pelvis_roll_deg, trunk_yaw_deg: turning of pelvis and shoulders against each other.
        sway_m: shift of the pelvis to the left, over the supporting foot.
        flight_m: height of the lower sole above the ground (running only).
        support: legs with their foot on the ground.
        contact: for ``"L"`` and ``"R"``: 1 on the ground, fading to 0 soon after the toes leave it and shortly before
            the heel strikes.
    """

    legs: dict[str, LegAngles]
    arm_flexion_deg: dict[str, float]
    elbow_deg: dict[str, float]
    pelvis_yaw_deg: float
    pelvis_roll_deg: float
    trunk_yaw_deg: float
    sway_m: float
    flight_m: float
    support: tuple[str, ...]
    contact: dict[str, float]


def gait_moment(
    kind: str, phase: float, speed_mps: float, leg_m: float, arm_swing: float, elbow_deg: float
) -> GaitMoment:
    """Joint angles at one moment of walking or running.

    Args:
        kind: ``"walk"`` or ``"run"``.
        phase: 0 to 1, from one heel strike of the left leg to the next.
        speed_mps: forward speed.
        leg_m: hip to ankle; sets what speed is comfortable (equal Froude numbers, nominal leg 0.85 m).
        arm_swing: 1 for the published mean, 0 for arms that do not swing.
        elbow_deg: elbow flexion of the hanging arm.
    """
    run = kind == "run"
    curves = _RUN if run else _WALK
    nominal = (_NOMINAL_RUN_MPS if run else _NOMINAL_WALK_MPS) * np.sqrt(leg_m / 0.85)
    scale = float(np.clip(np.sqrt(max(speed_mps, 0.05) / nominal), 0.45, 1.3))
    legs = {}
    for side, shift in (("L", 0.0), ("R", 0.5)):
        t = (phase + shift) % 1.0
        knee = _periodic(curves["knee"], t)
        hip_mean = float(np.mean(curves["hip"]))
        hip = hip_mean * scale + (_periodic(curves["hip"], t) - hip_mean) * scale
        knee = max(knee * (0.35 + 0.65 * scale), 2.0)
        pitch = _periodic(curves["pitch"], t) * scale
        stance_end = 0.36 if run else 0.62
        toe = float(np.clip(pitch, 0, _TOE_LIMIT_DEG)) if t < stance_end + 0.03 else 0.0
        if t >= stance_end + 0.03:  # the toes come back while the foot leaves the ground
            toe = float(np.clip(pitch, 0, _TOE_LIMIT_DEG)) * max(0.0, 1 - (t - stance_end - 0.03) / 0.12)
        legs[side] = LegAngles(hip, knee, pitch, toe)
    wave = 2 * np.pi * phase
    # An arm goes with the opposite leg: the left arm is furthest back at the left heel strike.
    amplitude = (26.0 if run else 17.0) * scale * arm_swing
    back = 4.0 if run else -2.0
    flexion = {"L": -amplitude * np.cos(wave) - back, "R": amplitude * np.cos(wave) - back}
    rise = {"L": (1 - np.cos(wave)) / 2, "R": (1 + np.cos(wave)) / 2}
    bend = {s: elbow_deg + (0 if run else 14.0 * arm_swing * scale * rise[s]) for s in "LR"}
    if run:
        t = phase % 0.5
        flight = 0.05 * scale * np.sin(np.pi * (t - 0.36) / 0.14) if t > 0.36 else 0.0
        support: tuple[str, ...] = () if t > 0.36 else (("L",) if phase % 1.0 < 0.5 else ("R",))
    else:
        flight = 0.0
        on = {s: (phase + d) % 1.0 < 0.62 for s, d in (("L", 0.0), ("R", 0.5))}
        support = tuple(s for s in "LR" if on[s])
    stance = 0.36 if run else 0.62
    contact = {}
    for s, d in (("L", 0.0), ("R", 0.5)):
        t = (phase + d) % 1.0
        fade = min(1.0, min(t - stance, 1.0 - t) / 0.10) if t > stance else 0.0
        contact[s] = 1 - fade * fade * (3 - 2 * fade)
    if run and not support:
        contact = dict.fromkeys("LR", 0.0)
    return GaitMoment(
        legs=legs,
        arm_flexion_deg=flexion,
        elbow_deg=bend,
        pelvis_yaw_deg=-5.0 * scale * float(np.cos(wave)),
        pelvis_roll_deg=3.5 * scale * float(np.sin(wave)) * (0.6 if run else 1.0),
        trunk_yaw_deg=4.5 * scale * arm_swing * float(np.cos(wave)),
        sway_m=0.022 * float(np.sin(wave)),
        flight_m=float(flight),
        support=support,
        contact=contact,
    )
