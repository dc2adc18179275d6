"""Describes the C engine to cffi, which builds it as `minfer._engine` at installation."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

ROOT = Path(__file__).resolve().parent.parent
SOURCE_FOLDERS = ("engine", "ops", "signal", "kernels/extra", "kernels/portable", "kernels/m0plus", "kernels/dsp", "kernels/rv32", "kernels/xtensa")
INCLUDE_FOLDERS = ("", "engine", "kernels/include")

DECLARATIONS = """
typedef struct {
    uint32_t arena_size;
    uint16_t n_tensors;
    uint16_t n_ops;
    uint16_t n_inputs;
    uint16_t n_outputs;
    uint32_t state_size;
    ...;
} mnf_header_t;

typedef struct {
    uint8_t dtype;
    uint8_t rank;
    uint8_t kind;
    uint32_t offset;
    uint32_t size;
    float scale;
    int32_t zero_point;
    int32_t dims[6];
    ...;
} mnf_tensor_t;

typedef struct {
    uint16_t opcode;
    uint8_t version;
    uint8_t layout;
    uint8_t n_inputs;
    uint8_t n_outputs;
    uint32_t scratch_offset;
    uint32_t scratch_size;
    uint32_t macs;
    uint16_t tensors[];
    ...;
} mnf_op_t;

typedef struct {
    uint16_t tensor;
    uint8_t face;
    ...;
} mnf_io_t;

typedef struct {
    const mnf_header_t *header;
    const mnf_tensor_t *tensors;
    const mnf_io_t *io;
    uint32_t arena_size;
    uint8_t *state;
    ...;
} mnf_model_t;

typedef struct {
    int reason;
    int32_t op;
    int32_t opcode;
    int32_t tensor;
    int32_t expected;
    int32_t found;
    ...;
} mnf_error_t;

bool mnf_load(mnf_model_t *model, const void *file, size_t size, mnf_error_t *error);
const char *mnf_reason_text(int reason);
const char *mnf_reason_name(int reason);
const mnf_op_t *mnf_first_op(const mnf_model_t *model);
const mnf_op_t *mnf_next_op(const mnf_model_t *model, const mnf_op_t *op);
const char *mnf_op_name(uint32_t opcode);
bool mnf_has_op(uint32_t opcode);
void mnf_reset(const mnf_model_t *model);
int32_t mnf_run_op(const mnf_model_t *model, const mnf_op_t *op, uint8_t *arena);
uint32_t mnf_op_scratch(const mnf_model_t *model, const mnf_op_t *op);
uint32_t mnf_op_lead(const mnf_model_t *model, const mnf_op_t *op);
const void *mnf_meta(const mnf_model_t *model, const char *tag, uint32_t *length);
void mnf_put(const mnf_tensor_t *tensor, uint32_t face, const void *values, void *data, size_t n);
void mnf_take(const mnf_tensor_t *tensor, uint32_t face, const void *data, void *values, size_t n);

float mnf_log(float x);
float mnf_log10(float x);
float mnf_exp(float x);
float mnf_sqrt(float x);
int32_t mnf_log2_q30(uint32_t m);
int32_t mnf_cos_q31(uint32_t turns);

typedef struct { uint32_t n; ...; } mnf_fft_t;
size_t mnf_fft_size(uint32_t n);
void mnf_fft_init(mnf_fft_t *fft, uint32_t n);
void mnf_fft(const mnf_fft_t *fft, int32_t *data);

typedef struct {
    const char *name;
    int type;
    const char *words;
    float initial, least, most;
} mnf_param_t;

typedef union { int32_t integer; float real; } mnf_value_t;
typedef struct { const char *name; const char *text; float expected; float found; } mnf_refusal_t;

typedef struct {
    const char *name;
    bool real;
    uint32_t n_params;
    const mnf_param_t *params;
    ...;
} mnf_audio_kind_t;

extern const mnf_audio_kind_t mnf_micro_speech, mnf_log_mel, mnf_mfcc;
#define MNF_REAL ...
#define MNF_WORD ...

typedef struct {
    float *mean, *std;
    mnf_tensor_t tensor;
    uint32_t rate, window, hop, frames, every, channels, missing;
    ...;
} mnf_audio_t;

void mnf_audio_defaults(const mnf_audio_kind_t *kind, mnf_value_t *params);
size_t mnf_audio_size(const mnf_audio_kind_t *kind, const mnf_value_t *params, mnf_refusal_t *refusal);
void mnf_audio_init(mnf_audio_t *audio, void *memory, const mnf_audio_kind_t *kind, const mnf_value_t *params);
void mnf_audio_reset(mnf_audio_t *audio);
size_t mnf_audio_write(mnf_audio_t *audio, const void *samples, size_t n);
bool mnf_audio_due(const mnf_audio_t *audio);
void mnf_audio_take(mnf_audio_t *audio, void *out);

typedef struct { int32_t b0, b1, b2, shift, a1, a2; } mnf_section_t;
typedef struct { int32_t x1, x2, y1, y2, error; } mnf_section_state_t;
int16_t mnf_filter(const mnf_section_t *sections, mnf_section_state_t *states, uint32_t n, int16_t sample);

#define MNF_N_STATISTICS ...
extern const char *const mnf_statistic_names[];

typedef struct {
    int32_t axes;
    float rate;
    int32_t window, every;
    int detrend;
    uint32_t n_sections;
    const mnf_section_t *sections;
    uint32_t n_statistics;
    const uint8_t *statistics;
    uint32_t n_bands;
    const float *bands;
    bool log;
    float scale;
    int32_t zero_point;
    ...;
} mnf_motion_params_t;

typedef struct {
    float *mean, *std;
    mnf_tensor_t tensor;
    uint32_t missing;
    ...;
} mnf_motion_t;

size_t mnf_motion_size(const mnf_motion_params_t *params, mnf_refusal_t *refusal);
void mnf_motion_init(mnf_motion_t *motion, void *memory, const mnf_motion_params_t *params);
void mnf_motion_reset(mnf_motion_t *motion);
size_t mnf_motion_write(mnf_motion_t *motion, const void *samples, size_t n);
bool mnf_motion_due(const mnf_motion_t *motion);
uint32_t mnf_motion_per_axis(const mnf_motion_t *motion);
void mnf_motion_take(mnf_motion_t *motion, void *out);

extern const char mnf_pixel_formats[];
extern const char mnf_resizes[];

typedef struct {
    int32_t width, height, format;
    int32_t crop[4], shape[3];
    bool nearest;
    float mean[3], std[3];
    float scale;
    int32_t zero_point;
    ...;
} mnf_picture_params_t;

typedef struct { mnf_tensor_t tensor; uint32_t row_size; ...; } mnf_picture_t;

size_t mnf_picture_size(const mnf_picture_params_t *params, mnf_refusal_t *refusal);
void mnf_picture_init(mnf_picture_t *picture, void *memory, const mnf_picture_params_t *params);
void mnf_picture_reset(mnf_picture_t *picture);
size_t mnf_picture_write(mnf_picture_t *picture, const uint8_t *bytes, size_t n, void *out);
bool mnf_picture_due(const mnf_picture_t *picture);
size_t mnf_picture_missing(const mnf_picture_t *picture);

float erfcf(float);
float expf(float);
float expm1f(float);
float logf(float);
float tanhf(float);
"""


def sources() -> list[str]:
    """The C files of the engine, relative to the project's root as setuptools wants them."""
    return sorted(
        str(path.relative_to(ROOT))
        for folder in SOURCE_FOLDERS
        for path in (ROOT / "cmodules/minfer" / folder).glob("*.c")
    )


ffi = FFI()
ffi.cdef(DECLARATIONS)
ffi.set_source(
    "minfer._engine",
    '#include <math.h>\n#include "mnf.h"\n#include "signal/audio.h"\n#include "signal/fft_int32.h"\n#include "signal/image.h"\n#include "signal/motion.h"\n#include "signal/real.h"\n',
    sources=sources(),
    include_dirs=[str(ROOT / "cmodules/minfer" / folder) for folder in INCLUDE_FOLDERS],
    extra_compile_args=["-O2", "-std=c99", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"],
    libraries=["m"],
)
