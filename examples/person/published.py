"""Makes build/person_detect of a person_detect.tflite: the model with this example's recipe, main.py, and pictures to try it on.

    python examples/person/published.py PERSON_DETECT.tflite [PICTURE.bmp...]

README.md says where the model comes from.
"""

import hashlib
import shutil
import sys
from pathlib import Path

import minfer
from minfer.image import Bmp

HERE = Path(__file__).resolve().parent
STAGE = HERE.parents[1] / "build" / "person_detect"

MODEL = "808cfdfc0cf3a6fa6f6fa26bfa379ea97c16d5db7334637766e39c3408502e9d"
# A picture published with it, which holds the model's int8: pixel - 128, where a .bmp file has the pixel itself.
INT8_PICTURE = "b50a4d51e86551ea13038c96c222b9c3aaf653f5946211e5e5fd3e60b029e4d2"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def convert(path: Path) -> Path:
    """The .mnf file in the stage. Exits where the model is another one than this recipe is for."""
    if digest(path.read_bytes()) != MODEL:
        sys.exit(
            f"{path}: expected person_detect.tflite of SHA-256 {MODEL[:16]}…, found another file;"
            " for a model of your own use: minfer convert MODEL --labels … --frontend recipe.toml"
        )
    out = STAGE / "person.mnf"
    labels = (HERE / "labels.txt").read_text().splitlines()
    minfer.convert(path, out, name="person", labels=labels, frontend=HERE / "recipe.toml")
    return out


def stage_picture(path: Path) -> Path:
    """The picture in the stage, as a .bmp file of grey levels or colours. Exits where it is none that main.py reads."""
    data = bytearray(path.read_bytes())
    if digest(data) == INT8_PICTURE:
        start = int.from_bytes(data[10:14], "little")
        data[start:] = bytes(value ^ 128 for value in data[start:])
    out = STAGE / path.with_suffix(".bmp").name
    out.write_bytes(data)
    try:
        Bmp(str(out)).close()
    except ValueError as error:
        out.unlink()
        sys.exit(f"published.py: {error}")
    return out


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    STAGE.mkdir(parents=True, exist_ok=True)
    made = [convert(Path(sys.argv[1])), *(stage_picture(Path(name)) for name in sys.argv[2:])]
    made.append(Path(shutil.copy(HERE / "main.py", STAGE)))
    for path in made:
        print(f"{path.relative_to(STAGE.parents[1])}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
