"""Every refusal of the loader is reached by name, by breaking one thing of a good file; none is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from broken import ABSENT, BANDS, Broken, Record

MNF_H = Path(__file__).resolve().parents[2] / "cmodules/minfer/engine/mnf.h"
HUGE = 0x7FFFFFFF
LONG_STEP = (1 << 15) + 1  # one more than a kernel goes at once
WRAPS = 0xFFFFFFF0  # added to a size it begins anew at 0
BY_COLUMNS = "FULLY_CONNECTED/1"  # the layout of its weights
CASES: list[tuple[str, str, Callable[[Broken], None]]] = []


def refused(reason: str, operator: str = "CONV_2D") -> Callable:
    """Enters an edit of the first file of an operator, for which it is to be refused."""

    def enter(edit: Callable[[Broken], None]) -> Callable[[Broken], None]:
        CASES.append((reason, operator, edit))
        return edit

    return enter


def field(reason: str, where: str, name: str, value: int, operator: str = "CONV_2D") -> None:
    """Enters an edit that sets one field: of the header, of `op`, of in0, in1, ... or out, of io0, io1, ..."""

    def edit(b: Broken) -> None:
        if where == "header":
            b.header[name] = value
        elif where == "op":
            b.op[name] = value
        elif where.startswith("io"):
            b.io(int(where[2:]))[name] = value
        else:
            b.operand(where)[name] = value

    edit.__name__ = f"{where}.{name}={value}"
    refused(reason, operator)(edit)


# The header.
field("MAGIC", "header", "magic", 0x334C4654)
field("FILE_VERSION", "header", "version", 2)
field("FILE_SIZE", "header", "file_size", HUGE)
field("FILE_SIZE", "header", "file_size", WRAPS)
field("FILE_SIZE", "header", "file_size", 63)
field("NOT_ZERO", "header", "zero", 1)
field("ARENA_SIZE", "header", "arena_size", 8)
field("ARENA_SIZE", "header", "arena_size", WRAPS)
field("SECTION_ORDER", "header", "tensors_offset", 48)
field("SECTION_ORDER", "header", "tensors_offset", 72)
field("SECTION_ORDER", "header", "ops_offset", 64)
field("SECTION_SIZE", "header", "n_tensors", 0xFFFF)
field("SECTION_SIZE", "header", "ops_size", HUGE)
field("SECTION_SIZE", "header", "ops_size", 0xFFFFFFFF)
field("SECTION_SIZE", "header", "n_outputs", 0xFFFF)
field("SECTION_SIZE", "header", "meta_offset", WRAPS)
field("STATE_SIZE", "header", "state_size", HUGE)
field("IO_COUNT", "header", "n_inputs", 0)
field("IO_COUNT", "header", "n_outputs", 0)

# Tensors.
field("DTYPE", "in0", "dtype", 0)
field("DTYPE", "in0", "dtype", 9)
field("RANK", "in0", "rank", 7)
field("RANK", "in0", "rank", 2)
field("KIND", "in0", "kind", 3)
field("KIND", "in0", "dtype", 8)  # int4 in the arena
field("NOT_ZERO", "in0", "zero", 1)
field("DIM", "in0", "dim1", 0)
field("DIM", "in0", "dim1", -1)
field("TENSOR_SIZE", "in0", "dim1", HUGE)
field("TENSOR_SIZE", "in0", "dim1", 2)
field("TENSOR_SIZE", "in0", "size", HUGE)
field("TENSOR_SIZE", "in0", "dtype", 4)
field("TENSOR_ALIGN", "in1", "offset", 8)  # a constant
field("TENSOR_ALIGN", "out", "offset", 2, "ARG_MAX")  # of int32
field("TENSOR_BOUNDS", "in0", "offset", 0x7FFFFFF0)
field("TENSOR_BOUNDS", "in0", "offset", WRAPS)
field("TENSOR_BOUNDS", "in1", "offset", 0)  # a constant that is the header
field("TENSOR_BOUNDS", "in1", "offset", WRAPS)
field("TENSOR_BOUNDS", "in0", "kind", 2)  # no state there
field("SCALE", "in0", "scale", 0x7F800000)  # infinity
field("SCALE", "in0", "scale", 0xBF800000)  # -1
field("SCALE", "in0", "scale", 0x7FC00000)  # NaN
field("ZERO_POINT", "in0", "zero_point", 128)
field("ZERO_POINT", "out", "zero_point", -129)

# Inputs and outputs of the model.
field("IO_TENSOR", "io0", "tensor", 999)
field("IO_TENSOR", "io0", "tensor", 2)  # a constant
field("FACE", "io0", "face", 4)
field("FACE", "io1", "face", 0)
field("NOT_ZERO", "io0", "zero", 1)

# Records of operators.
field("OP_SIZE", "op", "size", 0)
field("OP_SIZE", "op", "size", 61)
field("OP_SIZE", "op", "size", 0xFFFC)
field("OP_SIZE", "header", "n_ops", 0)
field("OP_SIZE", "header", "n_ops", 2)
field("OP_SIZE", "header", "ops_size", 4)
field("OP_UNKNOWN", "op", "opcode", 0xFFFF)
field("OP_UNKNOWN", "op", "opcode", 999)
field("OP_VERSION", "op", "version", 2)
field("OP_LAYOUT", "op", "layout", 1)
field("OP_LAYOUT", "op", "layout", 2, BY_COLUMNS)
field("OP_INPUTS", "op", "n_inputs", 3)
field("OP_INPUTS", "op", "n_inputs", 0, "CONCATENATION")
field("OP_OUTPUTS", "op", "n_outputs", 0)
field("NOT_ZERO", "op", "padding", 1, "ADD")
field("OP_TENSOR", "op", "in0", 999)
field("OP_TENSOR", "op", "out", 0xFFFE)
field("OP_ABSENT", "op", "in0", ABSENT)
field("OP_ABSENT", "op", "out", ABSENT)
field("OP_WRITES_CONST", "op", "out", 2)
field("SCRATCH_ALIGN", "op", "scratch_offset", 8)
field("SCRATCH_BOUNDS", "op", "scratch_offset", WRAPS)
field("SCRATCH_BOUNDS", "op", "scratch_size", HUGE)
field("SCRATCH_OVERLAP", "op", "scratch_offset", 0)

# What operators take.
field("OP_DTYPE", "in1", "dtype", 2)
field("OP_KIND", "op", "in1", 0)
field("RANGE", "op", "p0", HUGE)
field("RANGE", "op", "p0", LONG_STEP)  # strides
field("RANGE", "op", "p1", LONG_STEP, "DEPTHWISE_CONV_2D")
field("RANGE", "op", "p3", LONG_STEP, "MAX_POOL_2D")
field("RANGE", "op", "p4", LONG_STEP)  # dilations
field("RANGE", "op", "p5", LONG_STEP, "DEPTHWISE_CONV_2D")
field("DIM", "op", "p0", 0)
field("WINDOW", "op", "p0", 100)
field("CLAMP", "op", "p6", 128)
field("CLAMP", "op", "p7", -129)
field("SHIFT", "op", "p2", 31, "ADD")
field("SHIFT", "op", "p2", -32, "ADD")
field("MULTIPLIER", "op", "p1", -1, "ADD")
field("RANGE", "op", "p0", -1, "ADD")


@refused("ADDRESS")
def at_an_odd_address(b: Broken) -> None:
    b.address = 1


@refused("TOO_SHORT")
def shorter_than_a_header(b: Broken) -> None:
    b.ends_at = 63


@refused("TOO_SHORT")
def empty(b: Broken) -> None:
    b.ends_at = 0


@refused("FILE_SIZE")
def truncated(b: Broken) -> None:
    b.ends_at -= 1


@refused("CRC")
def one_bit_of_a_weight(b: Broken) -> None:
    b.mend = False
    b.file[b.header["data_offset"]] ^= 1


@refused("META")
def metadata_record_longer_than_its_section(b: Broken) -> None:
    at = b.header["meta_offset"]
    b.file[at + 4 : at + 8] = b"\xff\xff\xff\xff"  # rounded up to words it is 0


@refused("OP_OVERLAP")
def output_on_its_input(b: Broken) -> None:
    b.operand("in0")["offset"] = b.operand("out")["offset"]


def overlap(b: Broken, output: int, input_: int) -> None:
    """Puts the first operator's tensors behind the arena as it was, at these offsets from there."""
    end = b.header["arena_size"]
    b.operand("out")["offset"] = end + output
    b.operand("in0")["offset"] = end + input_
    b.header["arena_size"] += 65536


@refused("OP_OVERLAP", "DEPTHWISE_CONV_2D")
def depthwise_output_across_its_input(b: Broken) -> None:
    overlap(b, 0, 16)


@refused("OP_OVERLAP", "MAX_POOL_2D")
def output_over_what_is_still_to_be_read(b: Broken) -> None:
    overlap(b, 16, 0)


@refused("OP_OVERLAP")
def output_too_near_behind_what_is_read(b: Broken) -> None:
    overlap(b, 0, 16)


@refused("OP_OVERLAP", "ADD")
def output_across_its_input(b: Broken) -> None:
    b.operand("out")["offset"] += 16


@refused("UNWRITTEN")
def operator_reads_what_nobody_wrote(b: Broken) -> None:
    b.io(0)["tensor"] = b.op["out"]


@refused("UNWRITTEN")
def operator_reads_past_what_was_written(b: Broken) -> None:
    b.io(0)["tensor"] = b.op["out"]
    x, written = b.operand("in0"), b.operand("out")
    x["offset"] = written["offset"] + written["size"] - x["size"] + 1


def bands(b: Broken) -> list[Record]:
    """Both bands, then all rows as what follows reads them, moved to bytes of the arena that nothing else is written to."""
    tensors = [b.tensor(b.op_at(i)[name]) for i, name in ((2, "out"), (-2, "out"), (-1, "in0"))]
    first, second, whole = tensors
    first["offset"] = whole["offset"] = b.header["arena_size"]
    second["offset"] = first["offset"] + first["size"]
    b.header["arena_size"] += whole["size"]
    return tensors


def unwritten(edit: Callable[[Record, Record, Record], None]) -> None:
    """Enters an edit of bands."""

    def moved(b: Broken) -> None:
        edit(*bands(b))

    moved.__name__ = edit.__name__
    refused("UNWRITTEN", BANDS)(moved)


@refused("OK", BANDS)
def bands_elsewhere(b: Broken) -> None:
    bands(b)


@unwritten
def first_band_a_byte_too_high(first: Record, second: Record, whole: Record) -> None:
    first["offset"] += 1


@unwritten
def first_band_a_byte_too_low(first: Record, second: Record, whole: Record) -> None:
    first["offset"] -= 1


@unwritten
def second_band_a_byte_too_low(first: Record, second: Record, whole: Record) -> None:
    second["offset"] -= 1


@unwritten
def second_band_over_the_first(first: Record, second: Record, whole: Record) -> None:
    second["offset"] = first["offset"]


@unwritten
def bands_in_another_order(first: Record, second: Record, whole: Record) -> None:
    first["offset"], second["offset"] = second["offset"], first["offset"]


@refused("TENSOR_BOUNDS", BANDS)
def band_past_the_arena(b: Broken) -> None:
    band = b.tensor(b.op_at(-2)["out"])
    band["offset"] = b.header["arena_size"] - band["size"] + 1


@refused("OP_OVERLAP", BANDS)
def band_over_its_input(b: Broken) -> None:
    op = b.op_at(-2)
    b.tensor(op["out"])["offset"] = b.tensor(op["in0"])["offset"] + 1


@refused("UNWRITTEN")
def model_returns_what_nobody_wrote(b: Broken) -> None:
    b.header["n_ops"] = b.header["ops_size"] = 0


@refused("OP_PARAMS")
def one_parameter_too_few(b: Broken) -> None:
    b.op["size"] -= 4
    b.header["ops_size"] -= 4


@refused("TENSOR_BOUNDS", "SVDF")
def state_tensor_behind_the_state(b: Broken) -> None:
    b.operand("in4")["offset"] = b.header["state_size"]


@refused("OP_KIND", "SVDF")
def state_in_the_arena(b: Broken) -> None:
    b.operand("in4")["kind"] = 0
    b.io(0)["tensor"], b.io(0)["face"] = b.op["in4"], 3
    b.operand("in0")["offset"] = b.operand("in4")["offset"]


@refused("OP_SHAPE")
def requant_shorter_than_the_channels(b: Broken) -> None:
    q = b.operand("in3")
    q["dim1"] -= 1
    q["size"] -= 8


@refused("OP_SHAPE", "RELU6")
def table_shorter_than_256(b: Broken) -> None:
    table = b.operand("in1")
    table["dim0"], table["size"] = 255, 255


@refused("OP_RANK")
def weights_of_three_dimensions(b: Broken) -> None:
    w = b.operand("in1")
    w["rank"], w["dim0"], w["dim3"] = 3, w["dim0"] * w["dim3"], 1


# Weights by columns, and such that are not.
field("OP_DTYPE", "op", "layout", 1, "FULLY_CONNECTED")
field("OP_DTYPE", "op", "layout", 0, BY_COLUMNS)
field("OP_DTYPE", "in1", "dtype", 7, BY_COLUMNS)


@refused("OP_SHAPE", BY_COLUMNS)
def rows_of_weights_that_are_no_whole_block(b: Broken) -> None:
    w = b.operand("in1")
    w["dim0"], w["size"] = w["dim0"] - 1, w["size"] - w["dim1"]


@refused("OP_SHAPE", BY_COLUMNS)
def one_block_of_weights_too_few(b: Broken) -> None:
    w = b.operand("in1")
    w["dim0"], w["size"] = w["dim0"] - 8, w["size"] - 8 * w["dim1"]


@refused("OP_SHAPE", BY_COLUMNS)
def more_channels_than_weights_by_columns(b: Broken) -> None:
    w, y = b.operand("in1"), b.operand("out")
    y["dim1"] = y["size"] = w["dim0"] + 1


@refused("OP_RANK", BY_COLUMNS)
def weights_by_columns_in_one_dimension(b: Broken) -> None:
    w = b.operand("in1")
    w["rank"], w["dim0"], w["dim1"] = 1, w["dim0"] * w["dim1"], 1


@refused("MULTIPLIER")
def negative_multiplier_of_a_channel(b: Broken) -> None:
    b.word(b.operand("in3"), 0, -1)


@refused("SHIFT")
def shift_of_a_channel(b: Broken) -> None:
    q = b.operand("in3")
    b.word(q, q["dim1"], 31)


@refused("TENSOR_SIZE")
def shape_whose_product_wraps(b: Broken) -> None:
    x = b.operand("in0")
    x["dim0"], x["dim1"], x["dim2"], x["dim3"] = 1 << 16, 1 << 16, 1, 1  # 2^32: 0 in 32 bits
    x["size"] = 0


WALK_AT = 9  # of ADD: the number of loops, three bases, then count and three strides a loop


def walk(reason: str, offset: int, value: int) -> None:
    """Enters an edit of a word of ADD's walk."""
    field(reason, "op", f"p{WALK_AT + offset}", value, "ADD")


walk("RANGE", 0, 9)
walk("RANGE", 0, -1)
walk("OP_PARAMS", 0, 8)
walk("WALK", 1, -1)
walk("WALK", 2, HUGE)
walk("WALK", 5, 2)  # the output's stride
walk("WALK", 6, -1)
walk("DIM", 4, 0)
walk("WALK", 4, HUGE)


def reasons() -> list[str]:
    """All names of MNF_REASONS."""
    return re.findall(r"^    X\((\w+), ", MNF_H.read_text("utf-8"), re.M)


@pytest.mark.parametrize(
    "reason, operator, edit", CASES, ids=lambda value: getattr(value, "__name__", value)
)
def test_refusal(reason: str, operator: str, edit: Callable[[Broken], None]) -> None:
    name, _, layout = operator.partition("/")
    b = Broken(name, int(layout or 0))
    assert b.load() == ("OK", ""), "the file is broken before it is edited"
    edit(b)
    found, words = b.load()
    assert found == reason, words


def test_no_refusal_is_missing() -> None:
    # What a build leaves out is held to its refusal in test_subset.py.
    assert {reason for reason, _, _ in CASES} == set(reasons()) - {"OP_LEFT_OUT"}
