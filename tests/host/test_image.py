"""minfer.image on the host: against its definition in numpy, against Pillow and TensorFlow, in pieces, and what it refuses."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import numpy as np
import pytest
from minfer.image import FORMATS, Bmp, Picture
from pictures import random_picture, reference, yuv422

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

GREY = {"width": 4, "height": 2, "format": "grey", "shape": (2, 4, 1)}
NOISE = np.random.default_rng(1).integers(0, 256, (120, 160, 3), np.uint8)


def test_1000_pictures_are_what_the_definition_says() -> None:
    for seed in range(1000):
        arguments, frame = random_picture(seed)
        found = Picture(**arguments).features(frame)[0]
        expected = reference(arguments, frame)
        assert found.dtype == expected.dtype and found.shape == tuple(arguments["shape"])
        if arguments["format"] == "yuv422" and arguments["shape"][2] == 3:
            continue  # of float64, whose halves are no halves: the next test
        assert (found == expected).all(), arguments


def test_colours_of_yuv() -> None:
    """All of Y, U and V by fives: to a unit of rounding, half and a little of what the weights' own rounding adds."""
    y, u, v = (axis.ravel() for axis in np.meshgrid(*[np.arange(0, 256, 5)] * 3))
    frame = np.stack([y, u, 255 - y, v], 1).astype(np.uint8)
    height = len(frame) // 104
    picture = Picture(width=208, height=height, format="yuv422", shape=(height, 208, 3))
    found = picture.features(frame).reshape(-1, 3)
    assert np.abs(found - yuv422(frame)).max() < 0.502


def test_every_pixel_of_565() -> None:
    pixels = np.arange(65536, dtype="<u2")
    for format, frame in (("rgb565", pixels), ("rgb565_be", pixels.astype(">u2"))):
        for channels in (1, 3):
            arguments = {
                "width": 256,
                "height": 256,
                "format": format,
                "shape": (256, 256, channels),
            }
            found = Picture(**arguments).features(frame)[0]
            assert (found == reference(arguments, frame.tobytes())).all()


def test_grey_and_colours_are_pillows() -> None:
    image = pytest.importorskip("PIL.Image")
    picture = Picture(
        width=160, height=120, format="rgb888", shape=(120, 160, 1), scale=1, zero_point=-128
    )
    grey = np.asarray(image.fromarray(NOISE).convert("L")).astype(int)
    assert (picture.features(NOISE)[0, :, :, 0] == grey - 128).all()
    # Two pixels that share their colour.
    y, u, v = (axis.ravel() for axis in np.meshgrid(*[np.arange(0, 256, 17)] * 3))
    frame = np.stack([y, u, y, v], 1).astype(np.uint8)
    shape = (len(frame) // 16, 32)
    found = Picture(width=32, height=shape[0], format="yuv422", shape=(*shape, 3)).features(frame)[
        0
    ]
    ycbcr = image.fromarray(frame[:, [0, 1, 3]].repeat(2, 0).reshape(*shape, 3), "YCbCr")
    assert np.abs(found - np.asarray(ycbcr.convert("RGB"))).max() <= 1


@pytest.mark.parametrize(
    "size", [(96, 96), (224, 224), (30, 40), (240, 320), (77, 33), (119, 161), (1, 1)], ids=str
)
def test_resizing_is_tensorflows(size: tuple[int, int]) -> None:
    """To one unit of rounding: what TensorFlow computes in float32 is half a unit and a little from it, at most."""
    tf = pytest.importorskip("tensorflow")
    for method in ("bilinear", "nearest"):
        picture = Picture(width=160, height=120, format="rgb888", shape=(*size, 3), resize=method)
        wanted = tf.image.resize(NOISE, size, method, antialias=False).numpy().astype(float)
        error = np.abs(picture.features(NOISE)[0] - wanted).max()
        assert error <= (0.505 if method == "bilinear" else 0)


def test_large_pictures() -> None:
    """As large as they may be, to the largest and from it."""
    frame = np.random.default_rng(2).integers(0, 256, (7, 4096), np.uint8)
    for shape in ((2048, 2047, 1), (5, 2048, 1), (2048, 3, 1), (1, 1, 1)):
        arguments = {
            "width": 4096,
            "height": 7,
            "format": "grey",
            "shape": shape,
            "scale": 1,
            "zero_point": -128,
        }
        if np.prod(shape) < 100_000:
            wanted = reference(arguments, frame.tobytes())
            assert (Picture(**arguments).features(frame)[0] == wanted).all()
        white = Picture(**arguments).features(np.full_like(frame, 255))
        assert (white == 127).all()


def test_pieces_do_not_matter() -> None:
    generator = random.Random(3)
    for seed in range(300):
        arguments, frame = random_picture(seed)
        picture = Picture(**arguments)
        whole = picture.features(frame)[0]
        position = 0
        while position < len(frame):
            end = min(len(frame), position + generator.choice((1, 2, 3, 7, 64, 1000)))
            assert not picture.due
            taken = picture.write(frame[:end], position)
            assert taken == end - position
            position = end
        assert picture.due and picture.write(b"more") == 0
        assert (picture.take() == whole).all()


def test_frames_follow_each_other() -> None:
    """A chunk may hold the end of a frame and the start of the next."""
    frames = np.random.default_rng(4).integers(0, 256, (5, 12, 10), np.uint8)
    arguments = {
        "width": 10,
        "height": 12,
        "format": "grey",
        "shape": (7, 9, 1),
        "crop": (1, 2, 8, 9),
    }
    picture, data, position = Picture(**arguments), frames.tobytes(), 0
    for frame in frames:
        position += picture.write(data, position)
        assert picture.due and (picture.take() == reference(arguments, frame.tobytes())).all()
    assert position == len(data)
    assert (picture.features(frames) == [reference(arguments, f.tobytes()) for f in frames]).all()
    picture.write(data, 50)
    picture.reset()
    assert picture.write(data) == 120


def test_results_go_where_they_are_wanted() -> None:
    out = np.zeros(8, np.int8)
    picture = Picture(**GREY, scale=1, zero_point=-128, out=out)
    picture.write(bytes(range(100, 108)))
    assert picture.take() is out and (out == np.arange(-28, -20)).all()
    picture.write(bytes(8))
    other = np.ones((2, 4), np.int8)
    assert picture.take(other) is other and (other == -128).all()


def test_memory_is_two_lines_and_a_table() -> None:
    from minfer._engine import ffi, lib

    params = ffi.new("mnf_picture_params_t *")
    params.width, params.height, params.format = 160, 120, FORMATS.index("rgb565")
    params.crop, params.shape = [20, 0, 120, 120], [96, 96, 1]
    params.std, params.scale, params.zero_point = [1, 1, 1], 1, -128
    assert lib.mnf_picture_size(params, ffi.new("mnf_refusal_t *")) == 256 + 2 * (120 + 2)


REFUSED = {
    "width: expected at least 1, found 0": {"width": 0},
    "width: expected at most 4096, found 5000": {"width": 5000},
    "height: expected at least 1, found -1": {"height": -1},
    "format: expected one of grey|rgb565|rgb565_be|rgb888|yuv422, found jpeg": {"format": "jpeg"},
    "width: expected a multiple of 2 in this format, found 3": {"width": 3, "format": "yuv422"},
    r"crop: expected \(x, y, width, height\), found \(1, 2\)": {"crop": (1, 2)},
    "crop: x: expected at most 3, found 4": {"crop": (4, 0, 1, 1)},
    "crop: y: expected at least 0, found -1": {"crop": (0, -1, 1, 1)},
    "crop: width: expected at most 2, found 3": {"crop": (2, 0, 3, 1)},
    "crop: height: expected at least 1, found 0": {"crop": (2, 0, 1, 0)},
    r"shape: expected \(height, width, channels\), found \(2, 4\)": {"shape": (2, 4)},
    "shape: height: expected at least 1, found 0": {"shape": (0, 4, 1)},
    "shape: width: expected at most 2048, found 2049": {"shape": (2, 2049, 1)},
    "shape: channels: expected 1 or 3, found 2": {"shape": (2, 4, 2)},
    "resize: expected one of bilinear|nearest, found cubic": {"resize": "cubic"},
    "scale: expected at least 0, found -1": {"scale": -1},
    "zero_point: expected at most 127, found 128": {"zero_point": 128},
    "mean: expected a number, or 1 of them, found 3": {"mean": (1, 2, 3)},
    "std: expected a number, or 3 of them, found 2": {"std": (1, 2), "shape": (2, 4, 3)},
    "std: expected numbers from 1e-06 to 1e": {"std": 0},
    r"out: expected 8 float32 in one piece for shape \(2, 4, 1\), found int8": {
        "out": np.zeros(8, np.int8)
    },
    r"out: expected 8 int8 in one piece .* found int8 of shape \(9,\)": {
        "scale": 1,
        "out": np.zeros(9, np.int8),
    },
}


@pytest.mark.parametrize("words", REFUSED)
def test_arguments_refused(words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Picture(**{**GREY, **REFUSED[words]})


def test_calls_refused() -> None:
    picture = Picture(**GREY)
    picture.write(bytes(3))
    with pytest.raises(
        ValueError, match="nothing to take: expected 5 more bytes; write rows until due"
    ):
        picture.take()
    with pytest.raises(ValueError, match="start: expected 0 to 3, found 4"):
        picture.write(bytes(3), 4)
    with pytest.raises(ValueError, match="frames: expected a multiple of 8 bytes, found 9"):
        picture.features(bytes(9))


def rows_of(bmp: Bmp, piece: int = 5) -> np.ndarray:
    """All bytes of the source, read in pieces."""
    buffer, data = bytearray(piece), b""
    while n := bmp.readinto(buffer):
        data += buffer[:n]
    bmp.close()
    return np.frombuffer(data, np.uint8)


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("width", [1, 3, 4, 31])
def test_bmp_files_are_read_as_pillow_writes_them(mode: str, width: int, tmp_path: Path) -> None:
    image = (
        pytest.importorskip("PIL.Image")
        .fromarray(np.ascontiguousarray(NOISE[:20, :width]))
        .convert(mode)
    )
    image.save(tmp_path / "x.bmp")
    bmp = Bmp(str(tmp_path / "x.bmp"))
    assert (bmp.width, bmp.height, bmp.format) == (width, 20, "grey" if mode == "L" else "rgb888")
    wanted = np.asarray(image if mode == "L" else image.convert("RGB"))
    assert (rows_of(bmp) == wanted.ravel()).all()


def test_bmp_from_the_top(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image").fromarray(NOISE[:4, :4])
    data = io.BytesIO()
    image.save(data, "BMP")
    upwards = data.getvalue()
    rows = [upwards[54 + 12 * i : 66 + 12 * i] for i in range(4)]
    head = upwards[:22] + (-4).to_bytes(4, "little", signed=True) + upwards[26:54]
    (tmp_path / "x.bmp").write_bytes(head + b"".join(rows[::-1]))
    assert (rows_of(Bmp(str(tmp_path / "x.bmp"))) == NOISE[:4, :4].ravel()).all()


def test_bmp_refused(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image").fromarray(NOISE[:4, :4])
    path = tmp_path / "x.bmp"
    image.save(path)
    data = path.read_bytes()

    def refuses(words: str, changed: bytes) -> None:
        path.write_bytes(changed)
        with pytest.raises(ValueError, match=words):
            rows_of(Bmp(str(path)))

    refuses("expected a .bmp file, found none", b"PNG" + data)
    refuses("expected a .bmp file, found none", data[:40])
    refuses("found 16 bits and compression 0", data[:28] + b"\x10" + data[29:])
    refuses("found 24 bits and compression 1", data[:30] + b"\x01" + data[31:])
    refuses("expected 1 to 32768 pixels each way, found 0 x 4", data[:18] + bytes(4) + data[22:])
    refuses("expected 4 rows, found the file's end", data[:-1])
    image.convert("P").save(path)
    data = path.read_bytes()
    refuses("expected pixels of its palette", data[:46] + b"\x01" + data[47:])
    path.write_bytes(data)
    with pytest.raises(ValueError, match="a frame of 4 x 2 in grey, found 4 x 4 in rgb888"):
        Bmp(str(path)).check(Picture(**GREY))
