"""Sends frames to main.py as a camera gives them, 160 x 120 pixels in YUV 4:2:2, and prints what it answers.

    python examples/person/camera.py PORT                  # of the laptop's camera (pip install opencv-python pillow)
    python examples/person/camera.py PORT PICTURE...       # of pictures (pip install pillow)
    python examples/person/camera.py - PICTURE... | build/unix/micropython build/person/main.py

PORT is the board's serial port, with main.py as its /main.py: the board starts it again.
"""

import sys
from collections.abc import Iterator

import numpy as np
import serial
from PIL import Image, ImageOps

WIDTH, HEIGHT = 160, 120
INTERRUPT, RESTART = b"\r\x03\x03", b"\x04"  # Ctrl-C, and Ctrl-D at the prompt
START_SECONDS = 30


def yuv422(image: Image.Image) -> bytes:
    """A frame, of the middle of the picture: Y U Y V."""
    fitted = ImageOps.fit(image.convert("RGB"), (WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    y, u, v = np.moveaxis(np.asarray(fitted.convert("YCbCr")), -1, 0)
    frame = np.stack([y, y], -1)
    frame[:, ::2, 1], frame[:, 1::2, 1] = u[:, ::2], v[:, ::2]
    return frame.tobytes()


def webcam() -> Iterator[Image.Image]:
    """What the laptop's camera sees, until Ctrl-C."""
    try:
        import cv2
    except ImportError:
        sys.exit("camera.py: expected OpenCV for the camera, found none: pip install opencv-python")
    camera = cv2.VideoCapture(0)
    while True:
        found, pixels = camera.read()
        if not found:
            sys.exit("camera.py: expected a camera that gives frames, found none")
        yield Image.fromarray(pixels[:, :, ::-1])


def lines(port: serial.Serial) -> Iterator[str]:
    """What main.py prints. Exits where it prints nothing for long."""
    while True:
        line = port.readline()
        if not line:
            sys.exit(f"camera.py: expected main.py to answer, found silence on {port.port}")
        yield line.decode(errors="replace").strip()


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1:] == ["-"]:
        sys.exit(__doc__)
    frames = (
        yuv422(image) for image in (map(Image.open, sys.argv[2:]) if sys.argv[2:] else webcam())
    )
    if sys.argv[1] == "-":
        for frame in frames:
            sys.stdout.buffer.write(b"frame" + frame)
        return
    with serial.Serial(sys.argv[1], timeout=START_SECONDS) as port:
        port.write(INTERRUPT)
        port.write(RESTART)
        said = lines(port)
        while next(said) != "frames?":
            pass
        for frame in frames:
            port.write(b"frame" + frame)
            print(next(said), flush=True)


if __name__ == "__main__":
    main()
