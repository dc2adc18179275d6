"""Draws surfaces of quads in grey: perspective, a lamp and the sky, the nearest point wins."""

from __future__ import annotations

import numpy as np

SIZE = 96  # pixels each way
X, Y, Z = np.eye(3)


def turn(axis: np.ndarray, angle: float) -> np.ndarray:
    """Rodrigues' matrix of a rotation."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def unit(v: np.ndarray) -> np.ndarray:
    """Each row at a length of 1."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def draw(
    points: np.ndarray,
    quads: np.ndarray,
    paint: np.ndarray,
    scale: float,
    distance: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """(grey, alpha), SIZE x SIZE each: light from 0 to about 1, and how much of a pixel is covered.

    points: seen along -z, the origin in the middle, `distance` away from the eye. scale: half pixels to a unit there.
    paint: how much light each point reflects. rng chooses the light.
    """
    size = 2 * SIZE
    points = points.astype(np.float32)
    depth = distance - points[:, 2]
    flat = scale * points[:, :2] * (distance / np.maximum(depth, 0.3))[:, np.newaxis]
    flat = size / 2 + flat * [1, -1]
    a, b, c, d = (points[quads[:, i]] for i in range(4))
    facing = unit(np.cross(c - a, d - b))
    normals = np.zeros_like(points)
    for i in range(4):
        np.add.at(normals, quads[:, i], facing)
    normals = unit(normals)
    lamp = rng.normal(0, 1, 3)
    lamp = unit(np.array([lamp[0], 0.6 * lamp[1] + 0.5, 0.8 * abs(lamp[2]) + 0.2]))
    sky = rng.uniform(0.3, 0.8)
    light = sky * (0.75 + 0.25 * normals[:, 1]) + 1.3 * (1 - sky) * np.maximum(normals @ lamp, 0)
    shade, flat = (paint * light).astype(np.float32), flat.astype(np.float32)

    corners = flat[quads]
    low, high = corners.min(axis=1), corners.max(axis=1)
    seen = (facing[:, 2] > -0.05) & (depth[quads].min(axis=1) > 0.5)
    seen &= (high > 0).all(axis=1) & (low < size).all(axis=1)
    quads, corners, extent = quads[seen], corners[seen], (high - low).max(axis=1)[seen]
    grey, alpha = np.zeros((2, size * size), np.float32)
    # Each quad in n x n points, as many as leave no hole.
    steps = np.ceil(np.clip(1.2 * extent, 1, 64)).astype(int)
    places, shades, depths = [], [], []
    for n in np.unique(steps):
        u, w = (m.ravel() for m in np.meshgrid(*2 * [(np.arange(n) + 0.5) / n]))
        mix = np.stack([(1 - u) * (1 - w), u * (1 - w), u * w, (1 - u) * w]).astype(np.float32)
        of = quads[steps == n]
        x, y = (np.floor(corners[steps == n, :, i] @ mix).astype(int).ravel() for i in (0, 1))
        inside = (x >= 0) & (x < size) & (y >= 0) & (y < size)
        places.append((y * size + x)[inside])
        shades.append((shade[of] @ mix).ravel()[inside])
        depths.append((depth[of] @ mix).ravel()[inside])
    if places:
        place, order = np.concatenate(places), np.argsort(-np.concatenate(depths))
        grey[place[order]] = np.concatenate(shades)[order]
        alpha[place] = 1
    blocks = (SIZE, 2, SIZE, 2)
    cover = alpha.reshape(blocks).sum(axis=(1, 3))
    grey = grey.reshape(blocks).sum(axis=(1, 3)) / np.maximum(cover, 1)
    return grey, cover / 4
