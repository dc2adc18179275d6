#include "kernels/extra/mnf_columns.h"
#include "kernels/parallel.h"
#include "mnf_m0plus.h"

#if MNF_CORE_M0PLUS

enum { GROUP = 64 }; // rows whose sums lie on the stack, a multiple of 2

typedef struct {
    const cmsis_nn_fc_params *fc;
    const int8_t *input;
    const int8_t *weights;
    int32_t depth;
    int32_t channels;
    mnf_rows_output_t how;
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

// Four inputs times two rows: 45 cycles, 48 with the loop, 6.0 a product.
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

// Offsets in rows_t: input 0, end 4, row 8, depth 12, sums 16, channels 20, input_offset 24.
typedef struct {
    const int8_t *input;
    const int8_t *end;
    const int8_t *row; // of the first channel
    int32_t depth; // a multiple of 4
    uint32_t *sums; // as many as channels rounded up to a multiple of 2
    int32_t channels; // 1 or more
    int32_t input_offset;
} rows_t;

// Two rows at a time; a last one alone is multiplied twice. All inputs and weights lie at multiples of 4.
// r0 input, r1 r2 rows, r3 r4 four weights of each, r5 four inputs, r6 one, r7 products; r8 r9 sums, r10 input offset, r11 the end.
// 40 bytes of stack.
MNF_HOT __attribute__((naked)) static void multiply_rows(__attribute__((unused)) rows_t *rows) {
    __asm__ volatile (
        ".syntax unified\n"
        "push {r4, r5, r6, r7, lr}\n"
        "mov r4, r8\n"
        "mov r5, r9\n"
        "mov r6, r10\n"
        "mov r7, r11\n"
        "push {r0, r4, r5, r6, r7}\n"
        "1:\n"
        "movs r4, r0\n"
        "ldm r4!, {r0, r3}\n"
        "mov r11, r3\n"
        "ldm r4!, {r1, r3}\n"
        "subs r4, #16\n"
        "adds r2, r1, r3\n"
        "adds r5, r2, r3\n"
        "str r5, [r4, #8]\n"
        "ldr r5, [r4, #20]\n"
        "cmp r5, #1\n"
        "bne 2f\n"
        "movs r2, r1\n"
        "2:\n"
        "ldr r5, [r4, #24]\n"
        "mov r10, r5\n"
        "movs r5, #0\n"
        "mov r8, r5\n"
        "mov r9, r5\n"
        "3:\n"
        QUAD
        "cmp r0, r11\n"
        "bne 3b\n"
        "ldr r0, [sp]\n"
        "ldr r1, [r0, #16]\n"
        "mov r2, r8\n"
        "mov r3, r9\n"
        "stm r1!, {r2, r3}\n"
        "ldr r2, [r0, #20]\n"
        "subs r2, #2\n"
        "str r1, [r0, #16]\n"
        "str r2, [r0, #20]\n"
        "bgt 1b\n"
        "pop {r0, r4, r5, r6, r7}\n"
        "mov r8, r4\n"
        "mov r9, r5\n"
        "mov r10, r6\n"
        "mov r11, r7\n"
        "pop {r4, r5, r6, r7, pc}\n");
}

MNF_HOT static void run_part(void *data, uint32_t part, uint32_t parts) {
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
    for (int32_t o = share.begin; o < share.end; o += GROUP) {
        uint32_t sums[GROUP];
        const int32_t channels = share.end - o < GROUP ? share.end - o : GROUP;
        rows_t rows = {
            .input = job->input,
            .end = job->input + job->depth,
            .row = job->weights + o * job->depth,
            .depth = job->depth,
            .sums = sums,
            .channels = channels,
            .input_offset = fc->input_offset,
        };
        multiply_rows(&rows);
        mnf_output_own_sums(sums, shifted, o, channels, &job->how);
    }
}

bool mnf_fully_connected_s8(
    const cmsis_nn_fc_params *fc, const cmsis_nn_quant_params *quant, const cmsis_nn_dims *in, const int8_t *input,
    const cmsis_nn_dims *filter, const int8_t *weights, const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    if ((((uint32_t)filter->n | (uintptr_t)input | (uintptr_t)weights) & 3) != 0) {
        return false;
    }
    job_t job = {
        .fc = fc,
        .input = input,
        .weights = weights,
        .depth = filter->n,
        .channels = out->c,
        .how = mnf_rows_output(fc, quant, bias, output),
    };
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run_part, &job);
        job.input += filter->n;
        job.how.output += out->c;
    }
    return true;
}

#endif
