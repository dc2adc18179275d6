"""Random frames, random Pictures for them, and what the definition in docs/IMAGE.md says comes out."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from front_ends import pieces
from minfer.image import FORMATS, RESIZES, Picture

PIXEL_BITS = {"grey": 8, "rgb565": 16, "rgb565_be": 16, "rgb888": 24, "yuv422": 16}


def bytes_of(arguments: dict[str, Any]) -> int:
    """Of a frame."""
    return arguments["width"] * arguments["height"] * PIXEL_BITS[arguments["format"]] // 8


def rgb565(frame: np.ndarray, dtype: str) -> np.ndarray:
    """int64 [N, 3], each channel of 0 to 255, its highest bits once more as the lowest."""
    pixels = frame.view(dtype).astype(np.int64)
    red, green, blue = pixels >> 11, pixels >> 5 & 63, pixels & 31
    return np.stack([red * 8 + red // 4, green * 4 + green // 16, blue * 8 + blue // 4], -1)


def yuv422(frame: np.ndarray) -> np.ndarray:
    """float64 [N, 3] by BT.601 of the full range."""
    y0, u, y1, v = frame.reshape(-1, 4).T.astype(np.float64)
    y = np.stack([y0, y1], 1)
    u, v = (u - 128)[:, None], (v - 128)[:, None]
    rgb = np.stack([y + 1.402 * v, y - 0.344136 * u - 0.714136 * v, y + 1.772 * u], -1)
    return np.clip(rgb, 0, 255).reshape(-1, 3)


def pixels_of(frame: np.ndarray, format: str, channels: int) -> np.ndarray:
    """int64 [N, channels], 0 to 255, of a frame's bytes."""
    if channels == 1 and format in ("grey", "yuv422"):
        return frame.astype(np.int64)[:: 1 if format == "grey" else 2, None]
    rgb = {
        "grey": lambda: np.repeat(frame.astype(np.int64)[:, None], 3, 1),
        "rgb565": lambda: rgb565(frame, "<u2"),
        "rgb565_be": lambda: rgb565(frame, ">u2"),
        "rgb888": lambda: frame.astype(np.int64).reshape(-1, 3),
        "yuv422": lambda: np.floor(yuv422(frame) + 0.5).astype(np.int64),
    }[format]()
    if channels == 3:
        return rgb
    return (rgb @ np.array([19595, 38470, 7471]) + 32768 >> 16)[:, None]


def weights(n_in: int, n_out: int, nearest: bool) -> np.ndarray:
    """int64 [n_out, n_in]: how much of each pixel is in each of the result, in 1 / (2 * n_out)."""
    matrix = np.zeros((n_out, n_in), np.int64)
    for i in range(n_out):
        centre = (2 * i + 1) * n_in  # from the edge, in 1 / (2 * n_out)
        if nearest:
            matrix[i, centre // (2 * n_out)] = 2 * n_out
            continue
        k, part = divmod(centre - n_out, 2 * n_out)  # between the centres of pixels k and k + 1
        matrix[i, max(k, 0)] += 2 * n_out - part
        matrix[i, min(k + 1, n_in - 1)] += part
    return matrix


def resized(pixels: np.ndarray, height: int, width: int, nearest: bool) -> np.ndarray:
    """int64 [height, width, channels], the exact values rounded, halves up."""
    down = weights(pixels.shape[0], height, nearest)
    across = weights(pixels.shape[1], width, nearest)
    total = np.einsum("ik,jl,klc->ijc", down, across, pixels, optimize=True)
    area = 4 * height * width
    return (2 * total + area) // (2 * area)


def reference(arguments: dict[str, Any], frame: bytes) -> np.ndarray:
    """The result, by numpy alone."""
    height, width, channels = arguments["shape"]
    bytes_ = np.frombuffer(frame, np.uint8)
    pixels = pixels_of(bytes_, arguments["format"], channels)
    pixels = pixels.reshape(arguments["height"], arguments["width"], channels)
    x, y, w, h = arguments.get("crop") or (0, 0, arguments["width"], arguments["height"])
    values = resized(
        pixels[y : y + h, x : x + w], height, width, arguments.get("resize") == "nearest"
    )
    mean, std = (
        np.array(arguments.get(name, v), np.float32) for name, v in (("mean", 0), ("std", 1))
    )
    real = (values.astype(np.float32) - mean) / std
    if "scale" not in arguments:
        return real
    steps = real / np.float32(arguments["scale"])
    steps = np.trunc(steps) + np.sign(steps) * (np.abs(steps - np.trunc(steps)) >= 0.5)
    return np.clip(steps + arguments["zero_point"], -128, 127).astype(np.int8)


def short(x: float) -> float:
    """x to 6 digits, which every chip reads as the same float32."""
    return float(f"{x:.6g}")


def random_picture(seed: int) -> tuple[dict[str, Any], bytes]:
    """Arguments of a Picture and a frame for it; the same for the same seed."""
    generator = random.Random(f"picture {seed}")
    pick, among = generator.randint, generator.choice
    width, height = pick(1, 20) * 2, pick(1, 32)
    arguments: dict[str, Any] = {
        "width": width,
        "height": height,
        "format": among(FORMATS),
        "resize": among((*RESIZES, "bilinear")),
    }
    channels = among((1, 3))
    shape = among(((height, width), (pick(1, 40), pick(1, 40)), (pick(1, height), pick(1, width))))
    arguments["shape"] = [*shape, channels]
    if among((True, False)):
        x, y = pick(0, width - 1), pick(0, height - 1)
        arguments["crop"] = [x, y, pick(1, width - x), pick(1, height - y)]
    kind = among(("pixel", "pixel", "scaled", "real"))
    if kind == "pixel":
        arguments |= {"scale": 1, "zero_point": -128}
    else:
        per_channel = among((True, False))
        for name, low, high in (("mean", 0, 255), ("std", 1, 100)):
            values = [short(generator.uniform(low, high)) for _ in range(channels)]
            arguments[name] = values if per_channel else values[0]
    if kind == "scaled":
        arguments |= {"scale": short(generator.uniform(0.005, 0.1)), "zero_point": pick(-128, 127)}
    level = among(("noise", "noise", "black", "white", "edges"))
    n = bytes_of(arguments)
    noise = np.random.default_rng(seed).integers(0, 256, n, np.uint8)
    frames = {
        "noise": noise,
        "black": 0 * noise,
        "white": 0 * noise + 255,
        "edges": 255 * (noise & 1),
    }
    return arguments, frames[level].astype(np.uint8).tobytes()


def host(arguments: dict[str, Any], frame: bytes) -> np.ndarray:
    """The result of the host's engine."""
    return Picture(**arguments).features(frame)[0]


def record(seed: int) -> bytes:
    """A picture and its result as tests/device/support/pictures.py reads them: every piece behind its length."""
    arguments, frame = random_picture(seed)
    return pieces(json.dumps(arguments).encode(), frame, host(arguments, frame).tobytes())


def pack_raw(count: int) -> bytes:
    """Pictures as tests/signal/pictures.c reads them: parameters as the engine has them, then the frame."""
    pieces = []
    for seed in range(count):
        arguments, frame = random_picture(seed)
        pieces += [Picture(**arguments).params, frame]
    return b"".join(pieces)
