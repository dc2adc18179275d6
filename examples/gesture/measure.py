"""Counts what the gesture model sees and misses, on people that training has not met, through minfer's own pipeline.

python examples/gesture/measure.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import minfer
from minfer._pipeline import Pipeline
from motions import LABELS, RATE, Session, person, session

HERE = Path(__file__).resolve().parent
SEED = 1001
PEOPLE = 150
GESTURES = 12
LATE = 1.3  # seconds behind a gesture in which an answer still counts as that gesture's


def answers(recorded: Session, pipeline: Pipeline) -> list[tuple[int, int]]:
    """What the pipeline says to a session: labels, and the samples at which it says them."""
    pipeline.reset()
    found = pipeline.feed(recorded.samples.ravel())
    return [(LABELS.index(answer.label), answer.time * RATE // 1000) for answer in found]


def count(recorded: Session, found: list[tuple[int, int]]) -> tuple[np.ndarray, int]:
    """Table [gesture, first answer to it (0: none)], and answers besides."""
    table = np.zeros((len(LABELS), len(LABELS)), int)
    left = list(found)
    for label, first, end in recorded.gestures:
        mine = [answer for answer in left if first <= answer[1] < end + LATE * RATE]
        table[label, mine[0][0] if mine else 0] += 1
        if mine:
            left.remove(mine[0])
    return table, len(left)


def main() -> None:
    model = minfer.convert(
        HERE / "gesture.tflite",
        HERE.parents[1] / "build" / "gesture.mnf",
        labels=LABELS,
        frontend=HERE / "recipe.toml",
    )
    pipeline = minfer.pipeline(model)
    rng = np.random.default_rng(SEED)
    table, besides, samples = np.zeros((len(LABELS), len(LABELS)), int), 0, 0
    for _ in range(PEOPLE):
        recorded = session(person(rng), list(rng.integers(1, len(LABELS), GESTURES)), rng)
        counted, more = count(recorded, answers(recorded, pipeline))
        table, besides, samples = table + counted, besides + more, samples + len(recorded.samples)
    made = table[1:].sum()
    print(f"{made} gestures of {PEOPLE} people, {samples / RATE / 60:.0f} minutes")
    print("made \\ seen " + "".join(f"{name:>8}" for name in ("none", *LABELS[1:])))
    for i in range(1, len(LABELS)):
        print(f"{LABELS[i]:<12}" + "".join(f"{n:>8}" for n in table[i]))
    print(f"right              {np.trace(table) / made:.1%}")
    print(f"missed             {table[:, 0].sum() / made:.1%}")
    print(f"answers besides    {besides / (samples / RATE / 60):.2f} a minute")


if __name__ == "__main__":
    main()
