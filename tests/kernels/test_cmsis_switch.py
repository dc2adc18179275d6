"""CMSIS_NN_LIB links a CMSIS-NN of the user's instead of our kernels: seen with a library of our own that counts its calls."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from c_programs import BUILD, KERNELS, MINFER, ROOT, WARNINGS, compile_c, engine_sources, includes
from minfer.compiler import compile_model
from minfer.engine import Model

HERE = Path(__file__).parent
DIGITS = ROOT / "examples" / "digits"
DIGIT = (DIGITS / "heldout.bin").read_bytes()[1:65]  # the first one, without its label


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """libcmsis-nn.a and its Include folder, away from the project's own."""
    folder = tmp_path_factory.mktemp("cmsis")
    include = folder / "Include"
    shutil.copytree(MINFER / "kernels" / "include", include)
    for source in [*KERNELS, HERE / "count_calls.c"]:
        subprocess.run(
            [
                "gcc",
                "-std=gnu99",
                "-O2",
                "-fPIC",
                "-finstrument-functions",
                *WARNINGS,
                *includes(include),
                "-c",
                str(source),
                "-o",
                str(folder / f"{source.stem}.o"),
            ],
            check=True,
        )
    archive = folder / "libcmsis-nn.a"
    subprocess.run(["ar", "rcs", str(archive), *map(str, folder.glob("*.o"))], check=True)
    return archive, include


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "digits.mnf"
    path.write_bytes(compile_model((DIGITS / "digits.tflite").read_bytes(), "digits"))
    return path


def expected_calls(model: Path) -> Counter:
    """Kernel calls of one inference, by the operators in the file."""
    kernels = {
        "ADD": "arm_elementwise_add_s8",
        "AVERAGE_POOL_2D": "arm_avgpool_s8",
        "CONV_2D": "arm_convolve_wrapper_s8",
        "DEPTHWISE_CONV_2D": "arm_depthwise_conv_wrapper_s8",
        "FULLY_CONNECTED": "arm_fully_connected_wrapper_s8",
        "MAX_POOL_2D": "arm_max_pool_s8",
        "SOFTMAX": "arm_softmax_s8",
    }
    return Counter(kernels[op.name] for op in Model.load(model).ops if op.name in kernels)


def counted(path: Path) -> Counter:
    lines = (line.split() for line in path.read_text().splitlines())
    return Counter({name: int(calls) for name, calls in lines if int(calls) > 0})


def test_engine_with_library(library: tuple[Path, Path], model: Path, tmp_path: Path) -> None:
    archive, include = library
    ours = compile_c("run-ours", [HERE / "run.c", *engine_sources(), *KERNELS], [])
    theirs = BUILD / "run-theirs"
    sources = [HERE / "run.c", *engine_sources()]
    subprocess.run(
        [
            "gcc",
            "-std=gnu99",
            "-O2",
            *WARNINGS,
            *includes(include),
            *map(str, sources),
            str(archive),
            "-o",
            str(theirs),
        ],
        check=True,
    )
    (tmp_path / "input").write_bytes(DIGIT)
    for program, output in ((ours, "ours"), (theirs, "theirs")):
        subprocess.run(
            [program, model, tmp_path / "input", tmp_path / output],
            check=True,
            env={**os.environ, "CMSIS_NN_COUNTS": str(tmp_path / "counts")},
        )
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    assert counted(tmp_path / "counts") == expected_calls(model)


def test_firmware_with_library(library: tuple[Path, Path], model: Path, tmp_path: Path) -> None:
    archive, include = library
    out = BUILD / "unix-cmsis-nn"
    subprocess.run(
        [ROOT / "firmware" / "build.sh", "unix"],
        check=True,
        env={
            **os.environ,
            "CMSIS_NN_LIB": str(archive),
            "CMSIS_NN_INCLUDE": str(include),
            "OUT": str(out),
        },
    )
    script = (
        "import sys, minfer; print(list(minfer.load(sys.argv[1]).run(bytes.fromhex(sys.argv[2]))))"
    )
    answers = [
        subprocess.run(
            [firmware, "-c", script, model, DIGIT.hex()],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "CMSIS_NN_COUNTS": str(tmp_path / "counts")},
        ).stdout
        for firmware in (ROOT / "build" / "unix" / "micropython", out / "micropython")
    ]
    assert answers[0] == answers[1]
    assert counted(tmp_path / "counts") == expected_calls(model)
