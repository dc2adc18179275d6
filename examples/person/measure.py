"""Counts what the int8 model finds, by minfer's own engine, in pictures it was not trained on: composed ones and photographs.

    python examples/person/measure.py FOLDER

FOLDER is that of train.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

import minfer
import numpy as np
from drawing import SIZE
from minfer.engine import Model
from photographs import VIEW
from PIL import Image
from train import HERE, material, pictures

COMPOSED = 2000


def faces() -> tuple[np.ndarray, np.ndarray]:
    """100 faces and 100 other parts of news photographs, 25 pixels each way, of Labeled Faces in the Wild."""
    import skimage

    small = np.load(Path(skimage.__file__).parent / "data" / "lfw_subset.npy")
    return np.stack([seen((255 * one.clip(0, 1)).astype(np.uint8)) for one in small]), np.repeat(
        [1, 0], 100
    )


def seen(square: np.ndarray) -> np.ndarray:
    """A square of bytes as a picture (96, 96, 1)."""
    image = Image.fromarray(square).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    return np.asarray(image)[..., np.newaxis]


def squares(photographs: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Of each photograph three: from one end, the middle, the other end. Nobody is in them."""
    taken = []
    for photograph in photographs:
        side = min(photograph.shape)
        for third in (0, 1, 2):
            y, x = ((n - side) * third // 2 for n in photograph.shape)
            taken.append(seen(photograph[y : y + side, x : x + side]))
    return np.stack(taken), np.zeros(len(taken), int)


def probabilities(model: Model, taken: np.ndarray) -> np.ndarray:
    """Of a person in each picture of bytes."""
    inputs = (taken.astype(np.int16) - 128).astype(np.int8)
    outputs = np.stack([model.run([one[np.newaxis]])[0].ravel() for one in inputs])
    return (outputs[:, 1].astype(int) + 128) / 256


def area_under_curve(p: np.ndarray, labels: np.ndarray) -> float:
    """How often somebody has a higher probability than nobody, ties counted by half."""
    some, none = p[labels == 1][:, np.newaxis], p[labels == 0]
    return (some > none).mean() + (some == none).mean() / 2


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    model = Model.load(minfer.compile_model((HERE / "person.tflite").read_bytes()))
    test = material(Path(sys.argv[1]))["test"]
    views = [one for one in test.photographs if one.shape == (VIEW, VIEW)]
    flat = [one for one in test.photographs if one.shape != (VIEW, VIEW)]
    sets = {
        "composed": pictures(test, COMPOSED, 7),
        "views": (np.stack([seen(one) for one in views]), np.zeros(len(views), int)),
        "photographs": squares(flat),
        "faces": faces(),
    }
    for name, (taken, labels) in sets.items():
        p = probabilities(model, taken)
        words = []
        if labels.any():
            words.append(f"found {(p[labels == 1] > 0.5).sum()} of {(labels == 1).sum()}")
        words.append(f"taken for one {(p[labels == 0] > 0.5).sum()} of {(labels == 0).sum()}")
        if labels.any():
            words.append(f"area under curve {area_under_curve(p, labels):.3f}")
        print(f"{name}: {', '.join(words)}")
    for path in sorted(HERE.glob("*.bmp")):
        picture = np.asarray(Image.open(path).convert("L"))[np.newaxis, ..., np.newaxis]
        print(f"{path.name}: {probabilities(model, picture)[0]:.1%}")


if __name__ == "__main__":
    main()
