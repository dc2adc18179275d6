#include "kernels/parallel.h"
#include "mnf_m0plus.h"
#include "mnf_output.h"

#if MNF_CORE_M0PLUS

typedef struct {
    const cmsis_nn_fc_params *fc;
    const cmsis_nn_quant_params *quant;
    const int8_t *input;
    const int8_t *weights;
    const int32_t *bias;
    int8_t *output;
    int32_t depth;
    int32_t channels;
} job_t;

// Two weights times the same input, in r6: 7 cycles.
#define PRODUCTS \
    "sxtb r7, r3\n" \
    "muls r7, r6, r7\n" \
    "add r8, r7\n" \
    "sxtb r7, r4\n" \
    "muls r7, r6, r7\n" \
    "add r9, r7\n"

#define SHIFT \
    "asrs r3, r3, #8\n" \
    "asrs r4, r4, #8\n" \
    "asrs r5, r5, #8\n"

#define INPUT \
    "sxtb r6, r5\n" \
    "add r6, r10\n"

// Four inputs times two rows: 45 cycles, 5.6 a product.
#define QUAD \
    "ldm r0!, {r5}\n" \
    "ldm r1!, {r3}\n" \
    "ldm r2!, {r4}\n" \
    INPUT PRODUCTS SHIFT INPUT PRODUCTS SHIFT INPUT PRODUCTS \
    "asrs r3, r3, #8\n" \
    "asrs r4, r4, #8\n" \
    "asrs r5, r5, #8\n" \
    "add r5, r10\n" \
    "muls r3, r5, r3\n" \
    "add r8, r3\n" \
    "muls r4, r5, r4\n" \
    "add r9, r4\n"

// Offsets in rows_t: input 0, end 4, row 8, depth 12, bias 16, multiplier 20, shift 24, step 28, output 32, channels 36,
// input_offset 40, output_offset 44, min 48, max 52, shifted 56, bias_step 60.
typedef struct {
    const int8_t *input;
    const int8_t *end;
    const int8_t *row; // of the first channel
    int32_t depth; // a multiple of 4
    const int32_t *bias;
    const int32_t *multiplier;
    const int32_t *shift;
    int32_t step; // bytes to the next channel's multiplier and shift
    int8_t *output;
    int32_t channels; // 1 or more
    int32_t input_offset;
    int32_t output_offset;
    int32_t min;
    int32_t max;
    uint32_t shifted; // what is added to each sum
    int32_t bias_step;
} rows_t;

#define ONE_OUTPUT(sum) \
    "ldr r4, [sp]\n" \
    "mov r0, " #sum "\n" \
    "ldr r1, [r4, #56]\n" \
    "adds r0, r0, r1\n" \
    "ldr r1, [r4, #16]\n" \
    "ldr r2, [r1]\n" \
    "adds r0, r0, r2\n" \
    "ldr r2, [r4, #60]\n" \
    "adds r1, r1, r2\n" \
    "str r1, [r4, #16]\n" \
    "ldr r2, [r4, #28]\n" \
    "ldr r1, [r4, #20]\n" \
    "ldr r3, [r1]\n" \
    "adds r1, r1, r2\n" \
    "str r1, [r4, #20]\n" \
    "ldr r1, [r4, #24]\n" \
    "ldr r7, [r1]\n" \
    "adds r1, r1, r2\n" \
    "str r1, [r4, #24]\n" \
    "ldr r5, [r4, #32]\n" \
    "adds r1, r5, #1\n" \
    "str r1, [r4, #32]\n" \
    "ldr r6, [r4, #44]\n" \
    "cmp r7, #0\n" \
    "ble 20f\n" \
    "lsls r0, r7\n" \
    "movs r7, #0\n" \
    "20: rsbs r7, r7, #0\n" \
    HALVES \
    OUTPUT \
    "ldr r0, [sp]\n" \
    "ldr r1, [r0, #36]\n" \
    "subs r1, r1, #1\n" \
    "str r1, [r0, #36]\n"

// Two rows at a time; a last one alone is multiplied twice. All inputs and weights lie at multiples of 4.
// r0 input, r1 r2 rows, r3 r4 four weights of each, r5 four inputs, r6 one, r7 products; r8 r9 sums, r10 input offset, r11 the end.
// 44 bytes of stack.
MNF_HOT __attribute__((naked)) static void multiply_rows(__attribute__((unused)) rows_t *rows) {
    __asm__ volatile (
        ENTER(48, 52)
        "1:\n"
        "movs r4, r0\n"
        "ldm r4!, {r0, r3}\n"
        "mov r11, r3\n"
        "ldm r4!, {r1, r3}\n"
        "subs r4, #16\n"
        "adds r2, r1, r3\n"
        "adds r5, r2, r3\n"
        "str r5, [r4, #8]\n"
        "ldr r5, [r4, #36]\n"
        "cmp r5, #1\n"
        "bne 2f\n"
        "movs r2, r1\n"
        "2:\n"
        "ldr r5, [r4, #40]\n"
        "mov r10, r5\n"
        "movs r5, #0\n"
        "mov r8, r5\n"
        "mov r9, r5\n"
        "lsrs r3, r3, #3\n" // the carry: whether words are odd in number
        "bcc 3f\n"
        QUAD
        "3: cmp r0, r11\n"
        "beq 5f\n"
        "4:\n"
        QUAD
        QUAD
        "cmp r0, r11\n"
        "bne 4b\n"
        "5:\n"
        ONE_OUTPUT(r8)
        "beq 6f\n"
        ONE_OUTPUT(r9)
        "beq 6f\n"
        "b 1b\n"
        "6:\n"
        LEAVE);
}

MNF_HOT static void run_part(void *data, uint32_t part, uint32_t parts) {
    static const int32_t no_bias = 0;
    const job_t *job = data;
    const cmsis_nn_fc_params *fc = job->fc;
    const mnf_share_t share = mnf_share(job->channels, 2, part, parts);
    // A zero point of the weights is as much for every channel.
    uint32_t shifted = 0;
    if (fc->filter_offset != 0) {
        for (int32_t k = 0; k < job->depth; k++) {
            shifted += (uint32_t)((job->input[k] + fc->input_offset) * fc->filter_offset);
        }
    }
    if (share.begin == share.end) {
        return;
    }
    const int32_t first = job->quant->is_per_channel ? share.begin : 0;
    rows_t rows = {
        .input = job->input,
        .end = job->input + job->depth,
        .row = job->weights + share.begin * job->depth,
        .depth = job->depth,
        .bias = job->bias ? job->bias + share.begin : &no_bias,
        .multiplier = job->quant->multiplier + first,
        .shift = job->quant->shift + first,
        .step = job->quant->is_per_channel ? 4 : 0,
        .output = job->output + share.begin,
        .channels = share.end - share.begin,
        .input_offset = fc->input_offset,
        .output_offset = fc->output_offset,
        .min = fc->activation.min,
        .max = fc->activation.max,
        .shifted = shifted,
        .bias_step = job->bias ? 4 : 0,
    };
    multiply_rows(&rows);
}

bool mnf_fully_connected_s8(
    const cmsis_nn_fc_params *fc, const cmsis_nn_quant_params *quant, const cmsis_nn_dims *in, const int8_t *input,
    const cmsis_nn_dims *filter, const int8_t *weights, const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    if ((((uint32_t)filter->n | (uintptr_t)input | (uintptr_t)weights) & 3) != 0) {
        return false;
    }
    job_t job = {fc, quant, input, weights, bias, output, filter->n, out->c};
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run_part, &job);
        job.input += filter->n;
        job.output += out->c;
    }
    return true;
}

#endif
