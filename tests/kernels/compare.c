// Runs on a bare core under QEMU: the core family's kernels against the portable ones, whose names here begin with portable_,
// on random shapes and values. Exit code: 0 all bytes equal, 1 not, 4 fault. SHAPES: how many of each kernel.
#include <stdbool.h>
#include <string.h>

#include "arm_nnfunctions.h"
#include "kernels/extra/mnf_columns.h"
#include "kernels/overlap.h"
#include "kernels/portable/mnf_depthwise.h"

#define GUARD 16
#define MOST_BYTES 996
#define MOST_CHANNELS 96
#define MOST_WEIGHTS 4608

int main(void);
int32_t portable_arm_convolve_wrapper_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
int32_t portable_arm_convolve_wrapper_s4(
    const cmsis_nn_context *ctx, const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
int32_t portable_arm_depthwise_conv_wrapper_s4(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
int32_t portable_arm_depthwise_conv_wrapper_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
int32_t portable_arm_fully_connected_wrapper_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_fc_params *fc_params, const cmsis_nn_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

arm_cmsis_nn_status portable_arm_elementwise_add_s8(
    const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size);

// Tensors of the arena begin anywhere: rows of an image are one. Both of these do, by shape after shape.
static int8_t inputs[MOST_BYTES + 4] __attribute__((aligned(4)));
static int8_t *input;
static int32_t out_at;
static int8_t weights[MOST_WEIGHTS] __attribute__((aligned(16)));
static int32_t bias[MOST_CHANNELS], multiplier[MOST_CHANNELS], shift[MOST_CHANNELS];
static int8_t expected[MOST_BYTES + 4 + 2 * GUARD], found[MOST_BYTES + 4 + 2 * GUARD];
static uint32_t scratch[1100];

static uint32_t random_state; // never 0

static uint32_t any(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

// From low to high, both included.
static int32_t between(int32_t low, int32_t high) {
    return low + (int32_t)(any() % (uint32_t)(high - low + 1));
}

static bool one_in(uint32_t n) {
    return any() % n == 0;
}

// Bytes from lowest to 127: any, or extremes only, or one value everywhere.
static void fill(int8_t *bytes, uint32_t n, int32_t lowest) {
    const int32_t kind = between(0, 5), same = one_in(2) ? lowest : 127;
    for (uint32_t i = 0; i < n; i++) {
        bytes[i] = (int8_t)(kind == 0 ? (one_in(2) ? lowest : 127) : kind == 1 ? same : between(lowest, 127));
    }
}

// Multipliers and shifts of `channels`: such that results spread over int8, or anything a file may hold.
static void fill_requant(int32_t channels, int32_t depth) {
    const bool wild = one_in(8);
    int32_t usual = -7;
    for (; depth > 1; depth /= 4) {
        usual--;
    }
    for (int32_t o = 0; o < channels; o++) {
        multiplier[o] = one_in(16) ? (one_in(2) ? INT32_MAX : 1 << 30) : wild && one_in(8) ? 0 : between(1 << 30, INT32_MAX);
        shift[o] = wild ? between(-31, 30) : usual + between(-3, 3);
        bias[o] = wild && one_in(4) ? (int32_t)any() : between(-50000, 50000);
    }
}

static cmsis_nn_activation any_clamp(void) {
    const int32_t a = between(-128, 127), b = between(-128, 127);
    return one_in(2) ? (cmsis_nn_activation) {-128, 127} : (cmsis_nn_activation) {a < b ? a : b, a < b ? b : a};
}

static int32_t any_zero_point(void) {
    return one_in(3) ? -128 : one_in(4) ? 127 : between(-128, 127);
}

typedef enum { UNEQUAL, EQUAL, TOO_LARGE } result_t;

// Whether outputs are equal, and the word behind the scratch is as it was.
static result_t compared(int32_t size, uint32_t guard) {
    return memcmp(expected, found, sizeof(found)) == 0 && scratch[(size + 3) / 4] == guard ? EQUAL : UNEQUAL;
}

static void prepare(void) {
    memset(expected, 0x55, sizeof(expected));
    memset(found, 0x55, sizeof(found));
    for (uint32_t i = 0; i < sizeof(scratch) / sizeof(scratch[0]); i++) {
        scratch[i] = any();
    }
}

// An axis of a convolution: a size, and what makes an output of it.
static void any_axis(int32_t *in, int32_t *kernel, int32_t *stride, int32_t *pad, int32_t *dilation, int32_t *out) {
    *kernel = between(1, 4);
    *stride = between(1, 3);
    *dilation = one_in(4) ? between(1, 3) : 1;
    *pad = between(0, (*kernel - 1) * *dilation);
    const int32_t reach = (*kernel - 1) * *dilation + 1;
    *in = between(reach > *pad ? reach - *pad : 1, reach + 6);
    *out = (*in + *pad + between(0, reach - 1) - reach) / *stride + 1;
}

// Half of the time the output lies over the input, as near behind it as kernels/overlap.h allows.
static result_t convolve_with(bool int4) {
    cmsis_nn_conv_params conv = {.input_offset = -any_zero_point(), .output_offset = any_zero_point(), .activation = any_clamp()};
    cmsis_nn_dims in = {between(1, 2), 1, 1, 1}, filter = {1, 1, 1, 1}, out = {in.n, 1, 1, 1};
    any_axis(&in.h, &filter.h, &conv.stride.h, &conv.padding.h, &conv.dilation.h, &out.h);
    any_axis(&in.w, &filter.w, &conv.stride.w, &conv.padding.w, &conv.dilation.w, &out.w);
    if (one_in(3)) {
        filter.h = filter.w = conv.stride.h = conv.stride.w = conv.dilation.h = conv.dilation.w = 1;
        conv.padding.h = conv.padding.w = 0;
        out.h = in.h;
        out.w = in.w;
    }
    const int32_t groups = !int4 && one_in(8) ? between(2, 3) : 1;
    filter.c = one_in(2) ? 4 * between(1, 12) : between(1, 40);
    in.c = filter.c * groups;
    out.c = filter.n = groups * between(1, one_in(4) ? 40 : 10);
    const int32_t depth = filter.h * filter.w * filter.c;
    if (in.n * in.h * in.w * in.c > MOST_BYTES || out.n * out.h * out.w * out.c > MOST_BYTES || depth * out.c > 4096 || out.c > MOST_CHANNELS) {
        return TOO_LARGE;
    }
    const int32_t size = (int4 ? arm_convolve_wrapper_s4_get_buffer_size : arm_convolve_wrapper_s8_get_buffer_size)(&conv, &in, &filter, &out);
    if (size + GUARD > (int32_t)sizeof(scratch)) {
        return TOO_LARGE;
    }
    fill(input, MOST_BYTES, -128);
    fill(weights, sizeof(weights), one_in(8) ? -128 : -127);
    fill_requant(out.c, depth);
    prepare();
    const cmsis_nn_context context = {scratch, size};
    const cmsis_nn_per_channel_quant_params quant = {multiplier, shift};
    const cmsis_nn_dims bias_dims = {1, 1, 1, out.c};
    const int32_t *biases = one_in(8) ? NULL : bias;
    (int4 ? portable_arm_convolve_wrapper_s4 : portable_arm_convolve_wrapper_s8)(
        &context, &conv, &quant, &in, input, &filter, weights, &bias_dims, biases, &out, expected + out_at);
    const uint32_t guard = scratch[(size + 3) / 4];
    const int32_t in_bytes = in.n * in.h * in.w * in.c, out_bytes = out.n * out.h * out.w * out.c;
    const uint32_t lead = mnf_raster_lead(&in, &filter, &out, &conv.stride, &conv.padding, 1);
    if (!int4 && groups == 1 && lead != MNF_APART && lead + (uint32_t)in_bytes <= MOST_BYTES && one_in(2)) {
        int8_t *x = found + out_at + lead, *end = x + in_bytes;
        memcpy(x, input, (size_t)in_bytes);
        arm_convolve_wrapper_s8(&context, &conv, &quant, &in, x, &filter, weights, &bias_dims, biases, &out, found + out_at);
        if (end > found + out_at + out_bytes) {
            memset(found + out_at + out_bytes, 0x55, (size_t)(end - (found + out_at + out_bytes)));
        }
    } else {
        (int4 ? arm_convolve_wrapper_s4 : arm_convolve_wrapper_s8)(
            &context, &conv, &quant, &in, input, &filter, weights, &bias_dims, biases, &out, found + out_at);
    }
    return compared(size, guard);
}

static result_t convolve(void) {
    return convolve_with(false);
}

static result_t convolve_int4(void) {
    return convolve_with(true);
}

// Where the output may lie over the input, it does so half of the time.
static result_t convolve_depthwise_with(bool int4) {
    cmsis_nn_dw_conv_params conv = {
        .input_offset = -any_zero_point(),
        .output_offset = any_zero_point(),
        .ch_mult = one_in(2) ? 1 : between(2, 8),
        .activation = any_clamp(),
    };
    cmsis_nn_dims in = {1, 1, 1, between(1, 8)}, filter = {1, 1, 1, in.c * conv.ch_mult}, out = {1, 1, 1, filter.c};
    any_axis(&in.h, &filter.h, &conv.stride.h, &conv.padding.h, &conv.dilation.h, &out.h);
    any_axis(&in.w, &filter.w, &conv.stride.w, &conv.padding.w, &conv.dilation.w, &out.w);
    const int32_t in_bytes = in.h * in.w * in.c, out_bytes = out.h * out.w * out.c;
    const int32_t size = (int4 ? arm_depthwise_conv_wrapper_s4_get_buffer_size : arm_depthwise_conv_wrapper_s8_get_buffer_size)(
        &conv, &in, &filter, &out);
    if (in_bytes > MOST_BYTES || out_bytes > MOST_BYTES || size + GUARD > (int32_t)sizeof(scratch)) {
        return TOO_LARGE;
    }
    fill(input, MOST_BYTES, -128);
    fill(weights, sizeof(weights), one_in(8) ? -128 : -127);
    fill_requant(out.c, filter.h * filter.w);
    prepare();
    const cmsis_nn_context context = {scratch, size};
    const cmsis_nn_per_channel_quant_params quant = {multiplier, shift};
    const cmsis_nn_dims bias_dims = {1, 1, 1, out.c};
    const int32_t *biases = one_in(8) ? NULL : bias;
    (int4 ? portable_arm_depthwise_conv_wrapper_s4 : portable_arm_depthwise_conv_wrapper_s8)(
        &context, &conv, &quant, &in, input, &filter, weights, &bias_dims, biases, &out, expected + out_at);
    const bool in_place = mnf_depthwise_in_place(&conv, &in, &filter, &out) && one_in(2);
    int8_t *output = found + out_at;
    if (in_place) {
        memcpy(output, input, (size_t)in_bytes);
    }
    const uint32_t guard = scratch[(size + 3) / 4];
    (int4 ? arm_depthwise_conv_wrapper_s4 : arm_depthwise_conv_wrapper_s8)(
        &context, &conv, &quant, &in, in_place ? output : input, &filter, weights, &bias_dims, biases, &out, output);
    if (in_place && in_bytes > out_bytes) {
        memset(output + out_bytes, 0x55, (size_t)(in_bytes - out_bytes));
    }
    return compared(size, guard);
}

static result_t convolve_depthwise(void) {
    return convolve_depthwise_with(false);
}

static result_t convolve_depthwise_int4(void) {
    return convolve_depthwise_with(true);
}

static result_t fully_connect(void) {
    const int32_t depth = one_in(4) ? between(1, 600) : between(1, 70), channels = between(1, one_in(4) ? 40 : 10);
    const int32_t rows = one_in(2) ? 1 : between(2, 5);
    const cmsis_nn_dims in = {rows, 1, 1, depth}, filter = {depth, 1, 1, channels}, out = {rows, 1, 1, channels};
    if (rows * depth > MOST_BYTES || depth * channels > 4096) {
        return TOO_LARGE;
    }
    fill(input, MOST_BYTES, -128);
    fill(weights, sizeof(weights), one_in(4) ? -128 : -127);
    fill_requant(channels, depth);
    prepare();
    const int32_t size = arm_fully_connected_s8_get_buffer_size(&filter);
    const cmsis_nn_context context = {scratch, size};
    const cmsis_nn_fc_params params = {
        .input_offset = -any_zero_point(),
        .filter_offset = one_in(4) ? -any_zero_point() : 0,
        .output_offset = any_zero_point(),
        .activation = any_clamp(),
    };
    const cmsis_nn_quant_params quant = {multiplier, shift, one_in(2)};
    const cmsis_nn_dims bias_dims = {1, 1, 1, channels};
    const int32_t *biases = one_in(8) ? NULL : bias;
    portable_arm_fully_connected_wrapper_s8(
        &context, &params, &quant, &in, input, &filter, weights, &bias_dims, biases, &out, expected + out_at);
    const uint32_t guard = scratch[(size + 3) / 4];
    arm_fully_connected_wrapper_s8(&context, &params, &quant, &in, input, &filter, weights, &bias_dims, biases, &out, found + out_at);
    return compared(size, guard);
}

// The weights are by columns, the portable kernel takes them a row at a time.
static result_t fully_connect_columns(void) {
    const int32_t channels = between(1, one_in(4) ? MOST_CHANNELS : 24), depth = between(1, one_in(2) ? 300 : 70);
    const int32_t rows = one_in(2) ? 1 : between(2, 5), n_out = rows * channels;
    if (rows * depth > MOST_BYTES || ((channels + 7) & ~7) * depth > MOST_WEIGHTS || n_out > MOST_BYTES) {
        return TOO_LARGE;
    }
    cmsis_nn_fc_params params = {
        .input_offset = -any_zero_point(),
        .filter_offset = one_in(4) ? -any_zero_point() : 0,
        .output_offset = any_zero_point(),
        .activation = any_clamp(),
    };
    fill(input, MOST_BYTES, -128);
    const uint32_t sparse = (uint32_t)between(0, 3); // of three inputs so many are zero
    for (int32_t i = 0; i < rows * depth; i++) {
        input[i] = any() % 3 < sparse ? (int8_t)-params.input_offset : input[i];
    }
    fill(weights, sizeof(weights), one_in(4) ? -128 : -127);
    fill_requant(channels, depth);
    prepare();
    const bool per_channel = one_in(2);
    const int32_t *biases = one_in(8) ? NULL : bias;
    int8_t *const row = (int8_t *)scratch;
    const cmsis_nn_context context = {NULL, 0};
    const cmsis_nn_dims one_in_row = {1, 1, 1, depth}, one_filter = {depth, 1, 1, 1}, one_out = {1, 1, 1, 1};
    for (int32_t o = 0; o < channels; o++) {
        for (int32_t k = 0; k < depth; k++) {
            row[k] = (int8_t)(weights[(o & ~7) * depth + k * 8 + (o & 7)] ^ -128);
        }
        const int32_t q = per_channel ? o : 0;
        const cmsis_nn_quant_params quant = {multiplier + q, shift + q, 0};
        for (int32_t r = 0; r < rows; r++) {
            portable_arm_fully_connected_wrapper_s8(&context, &params, &quant, &one_in_row, input + r * depth, &one_filter, row, &one_out,
                biases ? biases + o : NULL, &one_out, expected + out_at + r * channels + o);
        }
    }
    const cmsis_nn_quant_params quant = {multiplier, shift, per_channel};
    const cmsis_nn_dims in = {rows, 1, 1, depth}, filter = {depth, 1, 1, channels}, out = {rows, 1, 1, channels};
    mnf_fully_connected_columns_s8(
        &params, &quant, &in, input, &filter, (const uint8_t *)weights, biases, &out, found + out_at);
    return compared(0, scratch[0]);
}

static result_t add(void) {
    const int32_t n = between(1, 80), left_shift = one_in(8) ? between(0, 20) : 20, a_offset = -any_zero_point(), b_offset = -any_zero_point();
    const int32_t a_shift = one_in(4) ? between(-31, 2) : between(-3, 0), b_shift = one_in(4) ? between(-31, 2) : between(-3, 0);
    const int32_t offset = any_zero_point();
    const cmsis_nn_activation clamp = any_clamp();
    fill(input, MOST_BYTES, -128);
    fill_requant(3, 1);
    const int32_t out_shift = one_in(4) ? between(-31, 2) : between(-20, -16);
    prepare();
    portable_arm_elementwise_add_s8(input, input + 100, a_offset, multiplier[0], a_shift, b_offset, multiplier[1], b_shift, left_shift,
        expected + out_at, offset, multiplier[2], out_shift, clamp.min, clamp.max, n);
    arm_elementwise_add_s8(input, input + 100, a_offset, multiplier[0], a_shift, b_offset, multiplier[1], b_shift, left_shift,
        found + out_at, offset, multiplier[2], out_shift, clamp.min, clamp.max, n);
    return compared(0, scratch[0]);
}

#if defined(__XTENSA__)
#include <process.h>

void start(char **argv) {
    (void)argv;
    leave(main());
}

#else
__attribute__((noreturn)) static void leave(int code) {
    // Arm's semihosting: SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit.
    const uintptr_t block[2] = {0x20026, (uintptr_t)code};
#if defined(__riscv)
    register uintptr_t call __asm__ ("a0") = 0x20;
    register const uintptr_t *argument __asm__ ("a1") = block;
    __asm__ volatile (
        ".balign 16\n.option push\n.option norvc\nslli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
        : "+r" (call) : "r" (argument) : "memory");
#else
    register uintptr_t call __asm__ ("r0") = 0x20;
    register const uintptr_t *argument __asm__ ("r1") = block;
    __asm__ volatile ("bkpt 0xab" : "+r" (call) : "r" (argument) : "memory");
#endif
    for (;;) {
    }
}

static void fault(void) {
    leave(4);
}

static void start(void) {
    leave(main());
}

#if defined(__riscv)
__attribute__((naked, used, section(".start"))) void reset(void);
void reset(void) {
    __asm__ volatile (".option arch, +zicsr\n la sp, stack_top\n la t0, %0\n csrw mtvec, t0\n j %1" :: "i" (fault), "i" (start));
}
#else
extern uint8_t stack_top[];
__attribute__((section(".start"), used)) static const void *const vectors[] = {stack_top, start, fault, fault};
#endif
#endif

int main(void) {
    random_state = 1;
    result_t (*const kernels[])(void) = {
        convolve, convolve_int4, convolve_depthwise, convolve_depthwise_int4, fully_connect, fully_connect_columns, add,
    };
    for (uint32_t k = 0; k < sizeof(kernels) / sizeof(kernels[0]); k++) {
        for (int32_t done = 0; done < SHAPES;) {
            const bool aligned = one_in(2);
            input = inputs + (aligned ? 0 : between(0, 3));
            out_at = GUARD + (aligned ? 0 : between(0, 3));
            const result_t result = kernels[k]();
            if (result == UNEQUAL) {
                return 1;
            }
            done += result == EQUAL;
        }
    }
    return 0;
}
