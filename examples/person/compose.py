"""Puts people, animals and things into scenes, and makes of it what a camera does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from drawing import SIZE
from PIL import Image
from scenes import outline, part
from scipy.ndimage import gaussian_filter


@dataclass
class Material:
    """Lists of bytes: people and things (h, w, 2), grey and alpha; scenes and photographs (h, w)."""

    people: list[np.ndarray]
    scenes: list[np.ndarray]
    things: list[np.ndarray]
    photographs: list[np.ndarray]


def place(sprite: np.ndarray, size: float, x: int, y: int) -> np.ndarray:
    """(96, 96, 2) from 0 to 1: the sprite, its longer side `size` pixels, its upper left corner at x, y."""
    canvas = Image.new("LA", (SIZE, SIZE))
    shrunk = size / max(sprite.shape)
    shape = [max(1, round(shrunk * n)) for n in sprite.shape[1::-1]]
    canvas.paste(Image.fromarray(sprite, "LA").resize(shape, Image.Resampling.BILINEAR), (x, y))
    return np.asarray(canvas, np.float32) / 255


def person(sprites: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Somebody (96, 96, 2), at times further away than drawn: where the frame does not cut the figure."""
    sprite = sprites[rng.integers(len(sprites))]
    alpha = sprite[..., 1]
    x = y = 0
    size = SIZE
    cut = alpha[0].any() or alpha[:, 0].any() or alpha[:, -1].any()
    if not cut and rng.random() < 0.5:
        size = round(SIZE * rng.uniform(0.5, 1))
        x, y = rng.integers(SIZE - size + 1), SIZE - size
        if not alpha[-1].any():
            y = rng.integers(y + 1)
    placed = place(sprite, size, x, y)
    return placed[:, ::-1] if rng.random() < 0.5 else placed


def thing(material: Material, rng: np.random.Generator) -> np.ndarray:
    """One of the things, or a photograph's part in a simple outline (96, 96, 2)."""
    if rng.random() < 0.3:
        photograph = material.photographs[rng.integers(len(material.photographs))]
        return np.stack([part(photograph, rng), outline(rng.uniform(5, 40), rng)], -1)
    sprite = material.things[rng.integers(len(material.things))]
    size = round(SIZE * np.exp(rng.uniform(np.log(0.2), np.log(1.4))))
    x, y = rng.integers(-size // 3, SIZE - 2 * size // 3 + 1, 2)
    placed = place(sprite, size, x, y)
    return placed[:, ::-1] if rng.random() < 0.5 else placed


def put(
    picture: np.ndarray, sprite: np.ndarray, photographs: list[np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """The sprite over the picture, in its own light, at times with a photograph's texture or noise, and soft edges."""
    grey, alpha = sprite[..., 0], sprite[..., 1]
    grey = grey * (rng.uniform(0.6, 1.25) if rng.random() < 0.85 else rng.uniform(0.25, 0.6))
    kind = rng.random()
    if kind < 0.3:  # folds, shadows, patterns
        texture = part(photographs[rng.integers(len(photographs))], rng)
        grey = grey * (1 + rng.uniform(0.2, 0.9) * (texture - texture.mean()))
    elif kind < 0.5:
        grey = grey * (1 + rng.uniform(0.02, 0.15) * rng.standard_normal(grey.shape, np.float32))
    if rng.random() < 0.4:
        blur = rng.uniform(0.3, 1)
        grey, alpha = gaussian_filter(grey, blur), gaussian_filter(alpha, blur)
    return picture * (1 - alpha) + alpha * grey


def compose(material: Material, somebody: bool, rng: np.random.Generator) -> np.ndarray:
    """A picture (96, 96) in bytes, of a scene with somebody or with nobody: light, blur, contrast, noise."""
    photos = material.photographs
    if rng.random() < 0.8:
        picture = part(photos[rng.integers(len(photos))], rng)
    else:
        picture = material.scenes[rng.integers(len(material.scenes))].astype(np.float32) / 255
    picture = picture * rng.uniform(0.6, 1.1) + rng.uniform(0, 0.3) * (rng.random() < 0.3)
    for _ in range(rng.choice(4, p=[0.35, 0.35, 0.2, 0.1])):
        picture = put(picture, thing(material, rng), photos, rng)
    if somebody:
        sprite = person(material.people, rng)
        alpha = sprite[..., 1]
        picture = put(picture, sprite, photos, rng)
        before = thing(material, rng)
        if rng.random() < 0.2 and (before[..., 1] * alpha).sum() < 0.3 * alpha.sum():
            picture = put(picture, before, photos, rng)
    if rng.random() < 0.4:  # a part of it
        side = rng.integers(64, SIZE)
        y, x = rng.integers(SIZE - side + 1, size=2)
        seen = slice(y, y + side), slice(x, x + side)
        if not somebody or alpha[seen].sum() > max(0.6 * alpha.sum(), 0.02 * side * side):
            square = Image.fromarray(np.ascontiguousarray(picture[seen], np.float32))
            picture = np.asarray(square.resize((SIZE, SIZE), Image.Resampling.BILINEAR))
    if rng.random() < 0.5:
        picture = gaussian_filter(
            picture, rng.uniform(0.2, 0.8) if rng.random() < 0.8 else rng.uniform(0.8, 1.8)
        )
    picture = np.clip(picture, 0, 1) ** np.exp(rng.normal(0, 0.22))
    mean = picture.mean()
    middle = np.clip(mean + rng.normal(0, 0.1), 0.05, 0.95)
    picture = (picture - mean) * np.exp(rng.normal(0, 0.22)) + middle
    if rng.random() < 0.6:
        picture = picture + rng.uniform(0, 0.04) * rng.standard_normal(picture.shape, np.float32)
    return (255 * np.clip(picture, 0, 1)).astype(np.uint8)
