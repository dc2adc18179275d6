// Compares the Cortex-M0+ depthwise convolution with the portable one on random shapes: SHAPES of them, mostly 3x3, by one part or two, in
// place where that is promised.
// Runs without a system; leaves by semihosting with exit code 0, or 1 after a line that says what differs.
#include <stdint.h>
#include <string.h>

#include "arm_nnfunctions.h"
#include "kernels/portable/mnf_depthwise.h"

#ifndef SHAPES
#define SHAPES 10000
#endif

// The portable kernel, compiled under this name.
arm_cmsis_nn_status portable_depthwise(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *dw_conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims, int8_t *output_data);

enum { MAX_PIXELS = 2000, MAX_WEIGHTS = 700, MAX_CHANNELS = 40, MAX_SCRATCH = 4096, GUARD = 0x5a };

static int8_t x[MAX_PIXELS], expected[MAX_PIXELS], found[MAX_PIXELS + 1], weights[MAX_WEIGHTS];
static int32_t bias[MAX_CHANNELS], multiplier[MAX_CHANNELS], shift[MAX_CHANNELS];
static uint32_t scratch[MAX_SCRATCH / 4 + 1];

static uint32_t state;

static uint32_t random_bits(void) {
    state = state * 1664525u + 1013904223u;
    return state >> 12;
}

// One part, or two in either order: kernels without a barrier cannot tell.
void mnf_parallel(mnf_run_part_t run, void *job) {
    const uint32_t kind = random_bits() % 3;
    if (kind == 0) {
        run(job, 0, 1);
    } else {
        run(job, kind - 1, 2);
        run(job, 2 - kind, 2);
    }
}

static uint32_t call_host(uint32_t number, const void *argument) {
    register uint32_t call __asm__ ("r0") = number;
    register const void *block __asm__ ("r1") = argument;
    __asm__ volatile ("bkpt 0xab" : "+r" (call) : "r" (block) : "memory");
    return call;
}

static void leave(int code) {
    const uintptr_t block[2] = {0x20026, (uintptr_t)code};
    call_host(0x20, block);
}

static void print(const char *text) {
    call_host(4, text);
}

static void print_number(int32_t value) {
    char text[13] = {0};
    char *at = text + sizeof(text) - 1;
    uint32_t left = value < 0 ? -(uint32_t)value : (uint32_t)value;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0) {
        *--at = '-';
    }
    print(at);
    print(" ");
}

static int32_t draw(int32_t min, int32_t max) {
    return min + (int32_t)(random_bits() % (uint32_t)(max - min + 1));
}

// Mostly any number, now and then an end of the range everywhere.
static void fill(int8_t *data, int32_t n, int32_t kind) {
    for (int32_t i = 0; i < n; i++) {
        const int32_t any = draw(-128, 127);
        data[i] = (int8_t)(kind == 0 ? -128 : kind == 1 ? 127 : kind == 2 ? (any & 1 ? 127 : -128) : kind < 6 ? any / 4 : any);
    }
}

typedef struct {
    cmsis_nn_dw_conv_params conv;
    cmsis_nn_dims in, filter, out;
} shape_t;

static int32_t outputs(int32_t in, int32_t kernel, int32_t dilation, int32_t stride, int32_t *pad) {
    const int32_t reach = (kernel - 1) * dilation;
    if (draw(0, 2) == 0 && in > reach) {
        *pad = 0;
        return (in - reach - 1) / stride + 1;
    }
    const int32_t n = (in + stride - 1) / stride, total = (n - 1) * stride + reach + 1 - in;
    *pad = total > 0 ? total / 2 : 0;
    return n;
}

static void draw_shape(shape_t *s) {
    const bool usual = draw(0, 3) > 0;
    do {
        memset(s, 0, sizeof(*s));
        s->conv.ch_mult = draw(0, 3) > 0 ? 1 : draw(1, 8);
        s->in = (cmsis_nn_dims) {1, draw(1, 14), draw(1, draw(0, 9) > 0 ? 14 : 50), draw(1, 5)};
        s->filter = (cmsis_nn_dims) {1, usual ? 3 : draw(1, 6), usual ? 3 : draw(1, 9), s->in.c * s->conv.ch_mult};
        s->conv.stride.h = draw(1, 2 + !usual);
        s->conv.stride.w = usual ? s->conv.stride.h : draw(1, 3);
        s->conv.dilation.h = usual ? 1 : draw(1, 3);
        s->conv.dilation.w = usual ? 1 : draw(1, 3);
        s->out = (cmsis_nn_dims) {1, 0, 0, s->filter.c};
        s->out.h = outputs(s->in.h, s->filter.h, s->conv.dilation.h, s->conv.stride.h, &s->conv.padding.h);
        s->out.w = outputs(s->in.w, s->filter.w, s->conv.dilation.w, s->conv.stride.w, &s->conv.padding.w);
    } while (s->in.h * s->in.w * s->in.c > MAX_PIXELS || s->out.h * s->out.w * s->out.c > MAX_PIXELS
        || s->filter.h * s->filter.w * s->filter.c > MAX_WEIGHTS || s->out.c > MAX_CHANNELS);
    s->conv.input_offset = draw(0, 3) > 0 ? -draw(-128, 127) : draw(0, 1) ? 128 : -127;
    s->conv.output_offset = draw(-128, 127);
    s->conv.activation.min = draw(0, 1) ? -128 : draw(-128, 0);
    s->conv.activation.max = draw(0, 1) ? 127 : draw(0, 127);
}

static bool compare(int32_t number) {
    shape_t s;
    draw_shape(&s);
    const int32_t n_in = s.in.h * s.in.w * s.in.c, n_out = s.out.h * s.out.w * s.out.c;
    fill(x, n_in, draw(0, 12));
    fill(weights, s.filter.h * s.filter.w * s.filter.c, draw(0, 12));
    const bool extreme = draw(0, 7) == 0;
    for (int32_t o = 0; o < s.out.c; o++) {
        bias[o] = extreme ? (int32_t)(random_bits() << 12 ^ random_bits()) : draw(-20000, 20000);
        multiplier[o] = extreme && draw(0, 1) ? (draw(0, 1) ? INT32_MAX : 1 << 30) : (1 << 30) + (int32_t)(random_bits() << 10 & 0x3fffffff);
        shift[o] = extreme ? draw(-31, 8) : draw(-12, -3);
    }
    const cmsis_nn_per_channel_quant_params quant = {multiplier, shift};
    const cmsis_nn_dims bias_dims = {1, 1, 1, s.out.c};
    const int32_t need = arm_depthwise_conv_wrapper_s8_get_buffer_size(&s.conv, &s.in, &s.filter, &s.out);
    if (need > MAX_SCRATCH) {
        return true;
    }
    memset(scratch, GUARD, sizeof(scratch));
    const cmsis_nn_context context = {need > 0 ? scratch : NULL, need};
    const int32_t *biases = draw(0, 9) > 0 ? bias : NULL;
    portable_depthwise(&context, &s.conv, &quant, &s.in, x, &s.filter, weights, &bias_dims, biases, &s.out, expected);
    const bool in_place = draw(0, 1) && mnf_depthwise_in_place(&s.conv, &s.in, &s.filter, &s.out);
    int8_t *y = in_place ? x : found;
    const int32_t end = in_place && n_in > n_out ? n_in : n_out;
    found[n_out] = GUARD;
    const int8_t last = x[end - 1];
    arm_depthwise_conv_wrapper_s8(&context, &s.conv, &quant, &s.in, x, &s.filter, weights, &bias_dims, biases, &s.out, y);
    int32_t at = 0;
    while (at < n_out && y[at] == expected[at]) {
        at++;
    }
    if (at == n_out && ((const uint8_t *)scratch)[need] == GUARD && found[n_out] == GUARD && (!in_place || end == n_out || x[end - 1] == last)) {
        return true;
    }
    print("shape, in h w c, filter h w, out h w c, stride, pad, dilation h w, in place, differs at, expected, found: ");
    const int32_t numbers[] = {
        number, s.in.h, s.in.w, s.in.c, s.filter.h, s.filter.w, s.out.h, s.out.w, s.out.c, s.conv.stride.h, s.conv.stride.w,
        s.conv.padding.h, s.conv.padding.w, s.conv.dilation.h, s.conv.dilation.w, in_place, at, expected[at], y[at],
    };
    for (uint32_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        print_number(numbers[i]);
    }
    print("\n");
    return false;
}

static void start(void) {
    for (int32_t i = 0; i < SHAPES; i++) {
        if (!compare(i)) {
            leave(1);
        }
    }
    leave(0);
}

static void fault(void) {
    print("fault\n");
    leave(1);
}

extern uint8_t stack_top[];
typedef void (*vector_t)(void);
__attribute__((used, section(".start"))) static const vector_t vectors[16] = {
    (vector_t)stack_top, start, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
};
