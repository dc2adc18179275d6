"""Broken model files: refused, or run in bounds under ASan and UBSan (see mutate.c)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from c_programs import BUILD, ROOT, sanitized
from minfer.compiler import compile_model

SHARED = ROOT.parent / "shared" / "models"
TRUNCATIONS = 5000  # every length of a file that is no longer
MUTATIONS = 20000
MODELS = [
    ROOT / "examples" / "digits" / "digits.tflite",
    *(
        SHARED / f"{name}.tflite"
        for name in (
            "ad01_int8",
            "hello_world_int8",
            "kws_ref_model",
            "micro_speech_quantized",
            "person_detect",
            "pretrainedResnet_quant",
            "vww_96_int8",
        )
    ),
]


@pytest.mark.parametrize("source", MODELS, ids=lambda path: path.stem)
def test_broken_files(source: Path) -> None:
    if not source.exists():
        pytest.skip(f"{source.name} is not there: ../shared/models is missing")
    program = sanitized("fuzz/mutate.c")
    model = BUILD / f"mutate-{source.stem}.mnf"
    model.write_bytes(compile_model(source.read_bytes(), source.stem))
    result = subprocess.run(
        [program, "1", str(TRUNCATIONS), str(MUTATIONS), model], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    counts, *refusals = result.stdout.splitlines()
    reached = dict(line.split() for line in refusals)
    assert int(reached["CRC"]) > MUTATIONS // 10, "stale checksums were not tried"
    assert len(reached) > 30, f"mutations reach too few refusals: {sorted(reached)}"
    assert int(counts.split(": ")[1].split()[0]) > 0, "no mutated file was valid and run"
