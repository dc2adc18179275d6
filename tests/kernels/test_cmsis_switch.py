"""CMSIS_NN_LIB links a CMSIS-NN of the user's instead of our kernels: seen with a library of our own that counts its calls."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from c_programs import BUILD, KERNELS, MINFER, ROOT, WARNINGS, compile_c, engine_sources, includes
from cases import all_specs
from minfer.compiler import compile_model
from minfer.engine import Model
from minfer.format import Layout

HERE = Path(__file__).parent
DIGITS = ROOT / "examples" / "digits"
WITH_KERNELS = (
    "ADD", "AVERAGE_POOL_2D", "BATCH_MATMUL", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAXIMUM",
    "MAX_POOL_2D", "MINIMUM", "MUL", "SOFTMAX", "SVDF", "TRANSPOSE_CONV",
)  # fmt: skip
DIGIT = (DIGITS / "heldout.bin").read_bytes()[1:65]  # the first one, without its label


def declared() -> list[str]:
    """The functions of the interface."""
    header = (MINFER / "kernels" / "include" / "arm_nnfunctions.h").read_text("utf-8")
    return re.findall(r"^\w+ (arm_\w+)\(", header, re.MULTILINE)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """libcmsis-nn.a and its Include folder, away from the project's own."""
    folder = tmp_path_factory.mktemp("cmsis")
    include = folder / "Include"
    shutil.copytree(MINFER / "kernels" / "include", include)
    rows = " ".join(f"X({name})" for name in declared())
    (folder / "functions.h").write_text(f"#define FUNCTIONS(X) {rows}\n")
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
                f"-I{folder}",
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
    ops = Model.load(model).ops
    return Counter(kernels[op.name] for op in ops if op.name in kernels and op.layout == Layout.ROWS)


def kernels(calls: Counter) -> Counter:
    """Calls without those that ask for the size of a buffer."""
    return Counter({name: n for name, n in calls.items() if not name.endswith("_buffer_size")})


def counted(path: Path) -> Counter:
    lines = (line.split() for line in path.read_text().splitlines())
    return Counter({name: int(calls) for name, calls in lines if int(calls) > 0})


@pytest.fixture(scope="module")
def program(library: tuple[Path, Path]) -> Path:
    """run.c with the engine and the library."""
    archive, include = library
    theirs = archive.parent / "run-theirs"
    command = ["gcc", "-std=gnu99", "-O2", *WARNINGS, "-DMNF_CMSIS_NN", *includes(include), HERE / "run.c"]
    subprocess.run([*command, *engine_sources(), archive, "-o", theirs], check=True)
    return theirs


def run(program: Path, model: Path, sample: bytes) -> tuple[bytes, Counter]:
    """The raw outputs of a program for a raw sample, and the calls of functions that it counted."""
    paths = [model.with_suffix(suffix) for suffix in (".in", ".out", ".counts")]
    paths[0].write_bytes(sample)
    environment = {**os.environ, "CMSIS_NN_COUNTS": str(paths[2])}
    subprocess.run([program, model, *paths[:2]], check=True, env=environment)
    return paths[1].read_bytes(), counted(paths[2]) if paths[2].exists() else Counter()


def test_engine_with_library(program: Path, model: Path) -> None:
    ours = compile_c("run-ours", [HERE / "run.c", *engine_sources(), *KERNELS], [])
    expected, none = run(ours, model, DIGIT)
    found, calls = run(program, model, DIGIT)
    assert found == expected and not none
    assert kernels(calls) == expected_calls(model)


def test_every_function_is_the_library_s(program: Path, tmp_path: Path) -> None:
    """Generated models of all operators that have kernels: none of the interface's functions is left uncalled."""
    calls = Counter()
    specs = [spec for spec in all_specs() if spec.operator in WITH_KERNELS]
    for spec in specs[::10]:
        case = spec.case()
        path = tmp_path / "case.mnf"
        path.write_bytes(compile_model(case.model))
        sample = case.samples[0]
        found, more = run(program, path, b"".join(array.tobytes() for array in sample))
        expected = Model.load(path.read_bytes()).run(sample)
        assert found == b"".join(array.tobytes() for array in expected), spec.name
        calls += more
    # Only kernels that ask for a buffer want the sums of the weights in it, and ours ask for none.
    assert set(declared()) - set(calls) == {"arm_vector_sum_s8"}


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
    assert kernels(counted(tmp_path / "counts")) == expected_calls(model)
