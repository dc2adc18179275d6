"""The engine in buffers of exactly their size, under ASan and UBSan, against the reference outputs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from c_programs import KERNELS, ROOT, SANITIZERS, compile_c, engine_sources, sanitized
from minfer.compiler import compile_model
from minfer.engine import Model

SHARED = ROOT.parent / "shared"
GOLDEN = {
    "ad01_int8": "mlperf_tiny__ad01_int8",
    "hello_world_int8": "tflm__hello_world_int8",
    "kws_ref_model": "mlperf_tiny__kws_ref_model",
    "micro_speech_quantized": "tflm__micro_speech_quantized",
    "person_detect": "tflm__person_detect",
    "pretrainedResnet_quant": "mlperf_tiny__pretrainedResnet_quant",
    "vww_96_int8": "mlperf_tiny__vww_96_int8",
}


def run_sanitized(folder: Path, model: bytes, inputs: np.ndarray) -> bytes:
    """Raw outputs of a model for raw inputs, sample after sample; fails the test on any finding of a sanitizer."""
    return run_program(sanitized("kernels/run.c"), folder, model, inputs)


def run_program(program: Path, folder: Path, model: bytes, inputs: np.ndarray) -> bytes:
    """The same of another build of run.c."""
    (folder / "model.mnf").write_bytes(model)
    (folder / "input").write_bytes(np.ascontiguousarray(inputs).tobytes())
    command = [program, folder / "model.mnf", folder / "input", folder / "output"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return (folder / "output").read_bytes()


def test_high_mul() -> None:
    program = compile_c("high_mul", [ROOT / "tests" / "kernels" / "high_mul.c"], SANITIZERS)
    result = subprocess.run([program], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_models(name: str, tmp_path: Path) -> None:
    source = SHARED / "models" / f"{name}.tflite"
    if not source.exists():
        pytest.skip("../shared/models is missing")
    golden = np.load(SHARED / "golden" / f"{GOLDEN[name]}.npz")
    model = compile_model(source.read_bytes(), name)
    for inputs, outputs in (("in0", "ref0"), ("real_in0", "real_ref0")):
        if inputs in golden:
            samples = slice(0, 8)  # every one runs in the tests of the host engine
            found = np.frombuffer(run_sanitized(tmp_path, model, golden[inputs][samples]), np.int8)
            assert np.array_equal(found, golden[outputs][samples].ravel())


def test_portable_kernels_get_a_copy_where_the_output_lies_over_the_input(tmp_path: Path) -> None:
    """As those of a CMSIS-NN linked instead do; they ask for more scratch than the file was planned with."""
    folder = ROOT / "examples" / "digits"
    records = np.frombuffer((folder / "heldout.bin").read_bytes(), np.int8).reshape(-1, 65)[:20]
    model = compile_model((folder / "digits.tflite").read_bytes(), "digits")
    overlapping = [
        op.name
        for op in Model.load(model).ops
        for x, y in [(op.inputs[0], op.outputs[0])]
        if x.offset < y.offset + y.size and y.offset < x.offset + x.size
    ]
    assert {"CONV_2D", "DEPTHWISE_CONV_2D"} <= set(overlapping)
    portable = compile_c("run-portable", [ROOT / "tests/kernels/run.c", *engine_sources(), *KERNELS], [*SANITIZERS, "-DMNF_PORTABLE"])
    found = run_program(portable, tmp_path, model, records[:, 1:])
    assert found == run_sanitized(tmp_path, model, records[:, 1:])


def test_heldout_digits(tmp_path: Path) -> None:
    folder = ROOT / "examples" / "digits"
    records = np.frombuffer((folder / "heldout.bin").read_bytes(), np.int8).reshape(-1, 65)
    model = compile_model((folder / "digits.tflite").read_bytes(), "digits")
    found = np.frombuffer(run_sanitized(tmp_path, model, records[:, 1:]), np.int8).reshape(-1, 10)
    assert (found.argmax(axis=1) == records[:, 0]).mean() > 0.96
