#include "kernels/parallel.h"
#include "mnf_m0plus.h"

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

// Sums of inputs, the offset added, times two rows of n weights, a multiple of 4; all at multiples of 4.
// r0 input, r1 r2 rows, r3 r4 four weights of each, r5 four inputs, r6 one, r7 products; r8 r9 sums, r10 offset, r11 the end.
MNF_HOT __attribute__((naked)) static void sum_rows(
    __attribute__((unused)) const int8_t *input, __attribute__((unused)) const int8_t *row0,
    __attribute__((unused)) const int8_t *row1, __attribute__((unused)) int32_t n,
    __attribute__((unused)) int32_t offset, __attribute__((unused)) int32_t *sums) {
    __asm__ volatile (
        ".syntax unified\n"
        "push {r4, r5, r6, r7, lr}\n"
        "mov r4, r8\n"
        "mov r5, r9\n"
        "mov r6, r10\n"
        "mov r7, r11\n"
        "push {r4, r5, r6, r7}\n"
        "ldr r4, [sp, #36]\n"
        "mov r10, r4\n"
        "movs r4, #0\n"
        "mov r8, r4\n"
        "mov r9, r4\n"
        "adds r4, r0, r3\n"
        "mov r11, r4\n"
        "lsrs r3, r3, #3\n" // carry: an odd number of words
        "bcc 2f\n"
        "1:\n"
        QUAD
        "2: cmp r0, r11\n"
        "beq 4f\n"
        "3:\n"
        QUAD
        QUAD
        "cmp r0, r11\n"
        "bne 3b\n"
        "4:\n"
        "ldr r0, [sp, #40]\n"
        "mov r1, r8\n"
        "mov r2, r9\n"
        "stm r0!, {r1, r2}\n"
        "pop {r4, r5, r6, r7}\n"
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
    for (int32_t first = share.begin; first < share.end; first += 2) {
        const int8_t *row = job->weights + first * job->depth;
        const int32_t count = share.end - first < 2 ? 1 : 2;
        int32_t sums[2];
        sum_rows(job->input, row, count == 2 ? row + job->depth : row, job->depth, fc->input_offset, sums);
        for (int32_t i = 0; i < count; i++) {
            const int32_t o = first + i, q = job->quant->is_per_channel ? o : 0;
            const uint32_t bias = job->bias ? (uint32_t)job->bias[o] : 0;
            job->output[o] = mnf_output_s8((uint32_t)sums[i] + shifted + bias, job->quant->multiplier[q], job->quant->shift[q],
                fc->output_offset, fc->activation);
        }
    }
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
