"""What is behind people, and what there is without them: parts of photographs, and drawn rooms, noise, patterns, things."""

from __future__ import annotations

import numpy as np
from drawing import SIZE, X, Y, Z, draw, turn
from PIL import Image
from scipy.ndimage import gaussian_filter

ROW, COLUMN = np.mgrid[:SIZE, :SIZE].astype(np.float32)
SHAPE = (SIZE, SIZE)


def part(photograph: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A square of a photograph, at times mirrored or as a negative."""
    side = int(rng.uniform(SIZE // 2, min(photograph.shape)))
    y, x = (rng.integers(n - side + 1) for n in photograph.shape)
    square = Image.fromarray(photograph[y : y + side, x : x + side])
    picture = np.asarray(square.resize(SHAPE, Image.Resampling.BILINEAR), np.float32) / 255
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    return 1 - picture if rng.random() < 0.1 else picture


def noise(rng: np.random.Generator) -> np.ndarray:
    """From nearly white noise to clouds, 0 to 1."""
    across = np.fft.fftfreq(SIZE)
    frequency = np.hypot(across[:, np.newaxis], across * rng.uniform(0.5, 2))
    frequency[0, 0] = 1
    spectrum = np.fft.fft2(rng.normal(size=SHAPE)) / frequency ** rng.uniform(0.3, 2.2)
    picture = np.fft.ifft2(spectrum).real
    return (picture - picture.min()) / np.ptp(picture)


def texture(rng: np.random.Generator) -> np.ndarray:
    kind, angle = rng.random(), rng.uniform(0, np.pi)
    along = np.cos(angle) * COLUMN + np.sin(angle) * ROW
    if kind < 0.4:
        return np.full(SHAPE, rng.uniform(0, 1))
    if kind < 0.6:
        first, last = rng.uniform(0, 1, 2)
        return first + (last - first) * (along - along.min()) / np.ptp(along)
    if kind < 0.8:
        return rng.uniform(0, 1) + rng.uniform(-0.5, 0.5) * noise(rng)
    stripes = np.sin(along * rng.uniform(0.1, 1.5) + rng.uniform(0, 6))
    stripes = np.sign(stripes) if rng.random() < 0.5 else stripes
    return rng.uniform(0.2, 0.8) + rng.uniform(0.05, 0.4) * stripes


def outline(size: float, rng: np.random.Generator) -> np.ndarray:
    """How much of each pixel a rectangle, an ellipse, a line or a polygon covers."""
    kind, (x, y) = rng.random(), rng.uniform(-5, SIZE + 5, 2)
    angle = rng.uniform(0, np.pi) if rng.random() < 0.5 else 0
    u = np.cos(angle) * (COLUMN - x) + np.sin(angle) * (ROW - y)
    v = np.cos(angle) * (ROW - y) - np.sin(angle) * (COLUMN - x)
    width, height = size * rng.uniform(0.15, 1, 2)
    if kind < 0.45:
        outside = np.maximum(np.abs(u) - width, np.abs(v) - height)
    elif kind < 0.75:
        outside = (np.hypot(u / width, v / height) - 1) * min(width, height)
    elif kind < 0.9:
        outside = np.abs(u) - rng.uniform(0.4, 3)
    else:
        sides = rng.uniform(0, 2 * np.pi, rng.integers(3, 6))
        outside = np.max(
            [np.cos(t) * u + np.sin(t) * v - size * rng.uniform(0.3, 0.8) for t in sides], axis=0
        )
    return np.clip(0.5 - outside, 0, 1)


def room(rng: np.random.Generator) -> np.ndarray:
    """A wall at the back, two at the sides, floor and ceiling."""
    (x, y), (width, height) = rng.uniform(20, SIZE - 20, 2), rng.uniform(8, 40, 2)
    beyond = [
        np.zeros(SHAPE),
        (x - width - COLUMN) / max(x - width, 5),
        (COLUMN - x - width) / max(SIZE - x - width, 5),
        (y - height - ROW) / max(y - height, 5),
        (ROW - y - height) / max(SIZE - y - height, 5),
    ]
    walls = [0.5 * texture(rng) + 0.5 * rng.uniform(0, 1) for _ in beyond]
    return np.choose(np.argmax(beyond, axis=0), walls)


def thing(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(grey, alpha) of up to six bodies stuck together: balls, boxes, cones, painted and lit."""
    n = 14
    grid = np.arange(n * n).reshape(n, n)
    quads = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], -1).reshape(
        -1, 4
    )
    around, up = np.meshgrid(np.linspace(0, 2 * np.pi, n), np.linspace(-np.pi / 2, np.pi / 2, n))
    parts, paints, tone = [], [], rng.uniform(0.05, 0.9)
    for i in range(rng.integers(1, 7)):
        power = rng.choice([0.2, 1, 1, 1])
        ball = [np.cos(up) * np.cos(around), np.sin(up), np.cos(up) * np.sin(around)]
        v = np.stack([np.sign(x) * np.abs(x) ** power for x in ball], -1).reshape(-1, 3)
        if rng.random() < 0.3:
            v[:, [0, 2]] *= 1 + rng.uniform(-0.8, 0.8) * v[:, 1:2]
        v = v * np.exp(rng.normal(-0.3, 0.7, 3))
        v = v @ turn(Z, rng.uniform(0, 6) * (rng.random() < 0.6)) @ turn(Y, rng.uniform(0, 6))
        v = v @ turn(X, rng.uniform(0, 6) * (rng.random() < 0.4))
        parts.append(v + (rng.normal(0, 0.9, 3) if i else 0))
        if rng.random() < 0.5:
            tone = rng.uniform(0.05, 0.9)
        paint = np.full(len(v), tone)
        if rng.random() < 0.4:
            spots = np.sin(v @ rng.normal(0, 4, 3)) > rng.uniform(-0.5, 0.9)
            paint = np.where(spots, rng.uniform(0.05, 0.9), paint)
        paints.append(paint)
    points = np.concatenate(parts)
    quads = np.concatenate([quads + n * n * i for i in range(len(parts))])
    reach = np.abs(points - points.mean(axis=0)).max()
    span = 2 * reach * rng.uniform(0.6, 2)
    points = points - points.mean(axis=0) - 0.15 * span * rng.normal(size=3)
    return draw(points, quads, np.concatenate(paints), 2 * SIZE / span, max(4 * reach, 4), rng)


def scene(rng: np.random.Generator) -> np.ndarray:
    """A picture without people, 0 to 1."""
    picture = [noise, room, texture][rng.integers(3)](rng)
    for _ in range(rng.choice([0, 2, 6, 15, 40], p=[0.15, 0.25, 0.3, 0.2, 0.1])):
        alpha = outline(rng.uniform(3, 40), rng)
        alpha = alpha if rng.random() < 0.8 else alpha * rng.uniform(0.2, 0.9)
        picture = picture * (1 - alpha) + alpha * texture(rng)
    for _ in range(rng.choice([0, 1, 2, 4], p=[0.35, 0.35, 0.2, 0.1])):
        grey, alpha = thing(rng)
        grey = np.clip(grey * rng.uniform(0.6, 1.3), 0, 1) ** 0.5
        picture = picture * (1 - alpha) + alpha * grey
    if rng.random() < 0.3:
        picture = gaussian_filter(picture, rng.uniform(0.3, 2))
    return np.clip(picture, 0, 1)
