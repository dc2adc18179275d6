"""Finds faults in machines that training has not met, with the int8 model as the chip runs it.

    python examples/vibration/measure.py

Each machine runs healthy while its threshold is learned, as main.py learns it; then healthy for a
while, and with each fault.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import minfer
from detector import Detector
from machines import FAULTS, machine, run

HERE = Path(__file__).resolve().parent
SEED = 1001
MACHINES = 60
HEALTHY, FAULTY = 60.0, 10.0  # seconds
SEVERITIES = (0.5, 1.0, 2.0)


def listen(detector: Detector, samples: np.ndarray) -> tuple[list[float], bool]:
    """The error of each window once it has learned, and whether there was an alarm. What was learned before stays."""
    errors, alarm, position = [], False, 0
    samples = samples.ravel()
    detector.front_end.reset()
    while True:
        position += detector.front_end.write(samples, position)
        if not detector.front_end.due:
            return errors, alarm
        error = detector.infer()
        if error is not None:
            errors.append(error)
            alarm = alarm or (detector.alarm and len(errors) >= detector.in_a_row)


def area(healthy: list[float], faulty: list[float]) -> float:
    """Under the ROC curve: how often a faulty window has a larger error than a healthy one, ties half."""
    everything = np.concatenate([healthy, faulty])
    _, where, times = np.unique(everything, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2)[where]
    n = len(faulty)
    return (ranks[len(healthy) :].sum() - n * (n + 1) / 2) / (n * len(healthy))


def main() -> None:
    output = HERE.parents[1] / "build" / "vibration.mnf"
    model = minfer.convert(HERE / "vibration.tflite", output, frontend=HERE / "recipe.toml")
    detector = Detector(minfer.pipeline(model))
    rng = np.random.default_rng(SEED)
    healthy, false_alarms = [], 0
    faulty: dict[tuple[str, float], list[float]] = {(f, s): [] for f in FAULTS for s in SEVERITIES}
    found = dict.fromkeys(faulty, 0)
    for _ in range(MACHINES):
        pump = machine(rng)
        detector.restart()
        errors, alarm = listen(detector, run(pump, HEALTHY, rng))
        healthy += errors
        false_alarms += alarm
        for fault, severity in faulty:
            errors, alarm = listen(detector, run(pump, FAULTY, rng, fault, severity))
            faulty[fault, severity] += errors
            found[fault, severity] += alarm
    print(f"{MACHINES} machines, {len(healthy)} healthy windows, mean error {np.mean(healthy):.2f}")
    print(f"{'fault':<12}{'severity':>9}{'AUC':>8}{'found':>10}")
    for (fault, severity), errors in faulty.items():
        auc = area(healthy, errors)
        print(f"{fault:<12}{severity:>9}{auc:>8.4f}{found[fault, severity]:>6} of {MACHINES}")
    everything = [error for errors in faulty.values() for error in errors]
    print(f"{'all':<21}{area(healthy, everything):>8.4f}")
    print(f"healthy machines with a false alarm: {false_alarms} of {MACHINES}")


if __name__ == "__main__":
    main()
