"""The image builder: MicroPython reads what it writes, with every file's data aligned."""

from __future__ import annotations

import hashlib
import random
import subprocess
from pathlib import Path

import pytest
from emulated import ROOT
from minfer.deploy.romfs import ALIGN, Kept, build, size_of

MICROPYTHON = ROOT / "build" / "unix" / "micropython"

READER = """
import hashlib, os, sys, uctypes, vfs
def walk(folder):
    for entry in os.ilistdir(folder):
        path = folder + "/" + entry[0]
        if entry[1] & 0x4000:
            walk(path)
        else:
            with open(path, "rb") as file:
                data = memoryview(file)
                place = uctypes.addressof(data) - uctypes.addressof(image)
                print(path[3:], place % 16, len(data), hashlib.sha256(data).digest().hex())
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        image = file.read()
    vfs.mount(vfs.VfsRom(image), "/r")
    print(name)
    walk("/r")
    vfs.umount("/r")
"""


def random_files(generator: random.Random) -> dict[str, bytes]:
    """Up to eight files, some in folders, of sizes around those where a record grows."""
    names = [
        "a",
        "model.mnf",
        "x" * 120,
        "x" * 140,
        "früh.mnf",
        "folder/a",
        "folder/deep/b.mnf",
        "other/c",
    ]
    sizes = [0, 1, 2, 15, 16, 17, 126, 127, 128, 129, 16383, 16384, 20000]
    chosen = generator.sample(names, generator.randint(0, len(names)))
    return {name: generator.randbytes(generator.choice(sizes)) for name in chosen}


def test_micropython_reads_what_is_built(tmp_path: Path) -> None:
    if not MICROPYTHON.is_file():
        pytest.skip("no build/unix/micropython: make firmware TARGET=unix")
    generator = random.Random(1)
    expected = []
    for i in range(60):
        files = random_files(generator)
        image = b"".join(build(files))
        assert len(image) % 2 == 0
        (tmp_path / str(i)).write_bytes(image)
        expected.append(str(i))
        by_folder = sorted(
            f"{name} 0 {len(data)} {hashlib.sha256(data).hexdigest()}"
            for name, data in files.items()
        )
        expected += by_folder
    (tmp_path / "reader.py").write_text(READER)
    command = [MICROPYTHON, "reader.py", *map(str, range(60))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout
    found: list[str] = []
    for block in split(done.stdout.splitlines()):
        found += [block[0], *sorted(block[1:])]
    assert found == expected


def split(lines: list[str]) -> list[list[str]]:
    """Lines by the image they are about, whose number comes first."""
    blocks: list[list[str]] = []
    for line in lines:
        if line.isdigit():
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def test_kept_bytes_take_the_place_of_their_content() -> None:
    content = bytes(range(256)) * 5
    whole = b"".join(build({"a": b"1", "folder/b": content, "c": b"3"}))
    pieces = build({"a": b"1", "folder/b": Kept(4096, len(content)), "c": b"3"})
    (at,) = (i for i, piece in enumerate(pieces) if piece == Kept(4096, len(content)))
    assert size_of(pieces[:at]) % ALIGN == 0
    assert size_of(pieces) == len(whole)
    pieces[at] = content
    assert b"".join(pieces) == whole
