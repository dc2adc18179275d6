"""The real models of ../shared against the golden outputs that lie beside them."""

from __future__ import annotations

from pathlib import Path

import minfer
import numpy as np
import pytest

SHARED = Path(__file__).resolve().parents[2] / "../shared"

# Model, golden file, most bytes of arena (scratch included; 0: no bar).
MODELS = (
    ("kws_ref_model", "mlperf_tiny__kws_ref_model", 17100),
    ("vww_96_int8", "mlperf_tiny__vww_96_int8", 60400),
    ("pretrainedResnet_quant", "mlperf_tiny__pretrainedResnet_quant", 0),
    ("ad01_int8", "mlperf_tiny__ad01_int8", 0),
    ("person_detect", "tflm__person_detect", 57600),
    ("micro_speech_quantized", "tflm__micro_speech_quantized", 0),
    ("hello_world_int8", "tflm__hello_world_int8", 0),
)


# In bands of rows.
BANDED = (
    ("vww_96_int8", "mlperf_tiny__vww_96_int8", 32_320),
    ("pretrainedResnet_quant", "mlperf_tiny__pretrainedResnet_quant", 22_864),
    ("person_detect", "tflm__person_detect", 23_872),
)


def load(name: str, min_ram: bool = False) -> minfer.Model:
    path = SHARED / "models" / f"{name}.tflite"
    if not path.exists():
        pytest.skip("no models beside the project (../shared/models)")
    return minfer.Model.load(minfer.compile_model(path.read_bytes(), name, min_ram=min_ram))


@pytest.mark.parametrize("kind", ("", "real_"), ids=("random", "real"))
@pytest.mark.parametrize("name, golden", [m[:2] for m in MODELS], ids=[m[0] for m in MODELS])
def test_outputs(name: str, golden: str, kind: str) -> None:
    check_outputs(load(name), golden, kind)


@pytest.mark.parametrize("name, golden, most", BANDED, ids=[m[0] for m in BANDED])
def test_in_bands(name: str, golden: str, most: int) -> None:
    model = load(name, min_ram=True)
    assert model.arena_size <= most
    check_outputs(model, golden, "")


def check_outputs(model: minfer.Model, golden: str, kind: str) -> None:
    path = SHARED / "golden" / f"{golden}.npz"
    if not path.exists():
        pytest.skip("no golden outputs beside the project (../shared/golden)")
    arrays = np.load(path)
    if f"{kind}in0" not in arrays:
        pytest.skip(f"{golden}.npz has no {kind}in0")
    found = np.stack([model.run([x])[0] for x in arrays[f"{kind}in0"]])
    assert np.count_nonzero(found != arrays[f"{kind}ref0"]) == 0


@pytest.mark.parametrize(
    "name, most", [(m[0], m[2]) for m in MODELS if m[2]], ids=[m[0] for m in MODELS if m[2]]
)
def test_arena(name: str, most: int) -> None:
    assert load(name).arena_size <= most
