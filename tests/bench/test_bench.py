"""The harness of `make bench` itself: it counts the same each time, sees wrong outputs, prints what it found."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from pathlib import Path

import bench
import cores
import pico_cycles
import pytest
import report
import workloads
from rich.console import Console

OUT = workloads.ROOT / "build" / "tests" / "bench"
CORE = cores.CORES["m0plus"]
QUIET = Console(quiet=True)


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    """Skips where the compiler, QEMU or ninja are not there."""
    for command in (CORE.compiler, CORE.qemu, "ninja"):
        if shutil.which(command) is None:
            pytest.skip(f"no {command}: `make bench` installs it on Debian")


@pytest.fixture(scope="module")
def measured(tools: None) -> report.Result:
    """The digits on a Cortex-M0+."""
    return bench.measure(["digits"], ["m0plus"], OUT, bench.FIRMWARE, QUIET)


def test_counts_repeat(measured: report.Result) -> None:
    again = bench.measure(["digits"], ["m0plus"], OUT, bench.FIRMWARE, QUIET)
    assert again["models"] == measured["models"]


def test_counts_add_up(measured: report.Result) -> None:
    digits = measured["models"]["digits"]
    found = digits["m0plus"]
    assert found["run"] == sum(found["kinds"].values())
    assert found["kinds"].keys() == digits["kinds"].keys()
    # On an M0+, a multiply-accumulate takes more than half an instruction, a word of the file more than one.
    assert all(found["kinds"][kind] > macs / 2 for kind, macs in digits["kinds"].items())
    assert found["load"] > digits["file"] / 4
    assert 0 < found["code"] < sum(measured["cores"]["m0plus"]["code"].values())


def test_wrong_outputs_are_seen(measured: report.Result) -> None:
    digits = workloads.find("digits")
    wrong = dataclasses.replace(
        digits, expected=bytes([digits.expected[0] ^ 1]) + digits.expected[1:]
    )
    with pytest.raises(
        cores.BenchError, match="digits on Cortex-M0.: its outputs are not those expected"
    ):
        cores.count(CORE, wrong, OUT)
    with pytest.raises(cores.BenchError, match="refuses the model"):
        cores.count(CORE, dataclasses.replace(digits, file=digits.file[:-4] + b"abcd"), OUT)


def test_pico_repeats() -> None:
    if not bench.FIRMWARE.is_file():
        pytest.skip("no build/pico/firmware.uf2: make firmware TARGET=pico")
    digits = workloads.find("digits")
    first, again = (pico_cycles.count(digits, bench.FIRMWARE) for _ in range(2))
    for cycles, same in zip(first, again):
        assert cycles.ops == same.ops
        # Where Python's heap finds room depends on what the cable brought, and when.
        assert (cycles.load, cycles.whole) == pytest.approx((same.load, same.whole), rel=0.01)
        # One run from a script does what its operators do one by one, a few calls apart.
        assert cycles.whole == pytest.approx(sum(cycles.ops), rel=0.05)


def test_comparison_prints(
    measured: report.Result,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = json.loads(json.dumps(measured))
    old["models"]["digits"]["m0plus"]["run"] *= 2
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old), "utf-8")
    words = f"bench.py --models digits --on m0plus --out {OUT} --compare {path}".split()
    monkeypatch.setattr(sys, "argv", words)
    assert bench.main() == 0
    printed = capsys.readouterr().out
    _, _, compared = printed.partition("Inference, new / old")
    (row,) = [line for line in compared.splitlines() if " digits " in line and "0.50" in line]
    assert row.count("1.00") == 2  # arena and file
    written = json.loads((OUT / "bench.json").read_text("utf-8"))
    assert written["models"] == measured["models"]
    assert "| digits |" in (OUT / "bench.md").read_text("utf-8")


def test_unknown_names_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench.py", "--models", "digit"])
    with pytest.raises(SystemExit):
        bench.main()
    assert "no digit; there are kws,vww" in capsys.readouterr().err
