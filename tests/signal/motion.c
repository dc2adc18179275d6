// Random front ends for motion in buffers of exactly their size, with samples and filters at their limits: what the
// sanitizers find.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signal/motion.h"

static uint32_t seed = 1;

static uint32_t random_below(uint32_t limit) {
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)seed * limit >> 32);
}

static void *buffer(size_t size) {
    void *memory = malloc(size);
    if (memory == NULL) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
    memset(memory, 0xA5, size);
    return memory;
}

// Half of the time at its limit.
static int32_t coefficient(int32_t limit) {
    static const int32_t sizes[] = { 0, 1, 1000, 1 << 20 };
    const int32_t less = sizes[random_below(4)];
    return random_below(2) ? limit - less : less - limit;
}

// Samples of one kind: -32768, 32767, the two at random, anything, small.
static int16_t sample(uint32_t kind) {
    switch (kind) {
        case 0:
            return INT16_MIN;
        case 1:
            return INT16_MAX;
        case 2:
            return random_below(2) ? INT16_MAX : INT16_MIN;
        case 3:
            return (int16_t)random_below(65536);
        default:
            return (int16_t)random_below(3);
    }
}

// Whether it was a front end at all.
static bool run(void) {
    mnf_section_t sections[4];
    const uint32_t n_sections = random_below(5);
    for (uint32_t i = 0; i < n_sections; i++) {
        const int32_t a2 = coefficient(1 << 30);
        const int32_t a1 = random_below(2) ? (int32_t)-((int64_t)a2 + (1 << 30) - 2) : coefficient(INT32_MAX);
        sections[i] = (mnf_section_t){
            coefficient(1 << 28), coefficient(1 << 28), coefficient(1 << 28), 26 + (int32_t)random_below(33), a1, a2,
        };
    }
    const uint8_t statistics[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
    const float bands[] = { 0, 100, 0, 20, 20, 50, 30, 60 };
    const mnf_motion_params_t params = {
        .axes = 1 + (int32_t)random_below(4),
        .rate = 100,
        .window = random_below(20) == 0 ? 4096 : 4 + (int32_t)random_below(300),
        .every = 1 + (int32_t)random_below(300),
        .detrend = (mnf_detrend_t)random_below(3),
        .n_sections = n_sections,
        .sections = sections,
        .n_statistics = random_below(10),
        .statistics = statistics,
        .n_bands = random_below(5),
        .bands = bands,
        .log = random_below(2),
        .scale = random_below(2) ? 0.5f : 0,
    };
    mnf_refusal_t refusal;
    const size_t size = mnf_motion_size(&params, &refusal);
    if (size == 0) {
        return false;
    }
    void *memory = buffer(size);
    mnf_motion_t motion;
    mnf_motion_init(&motion, memory, &params);
    const size_t n_features = motion.axes * mnf_motion_per_axis(&motion);
    uint8_t *features = buffer(n_features * mnf_dtype_size(motion.tensor.dtype));
    const uint32_t kind = random_below(5);
    for (uint32_t windows = 0; windows < 3;) {
        const size_t some = 1 + random_below(500);
        uint8_t *piece = (uint8_t *)buffer(2 * some + 1);
        for (size_t i = 0; i < some; i++) {
            const int16_t x = sample(kind);
            memcpy(piece + 1 + 2 * i, &x, sizeof(x));
        }
        mnf_motion_write(&motion, piece + 1, some);
        free(piece);
        if (mnf_motion_due(&motion)) {
            mnf_motion_take(&motion, features);
            windows++;
            for (size_t i = 0; motion.tensor.dtype == MNF_FLOAT32 && i < n_features; i++) {
                float x;
                memcpy(&x, features + 4 * i, sizeof(x));
                if (!(x > -1e12f && x < 1e12f)) {
                    fprintf(stderr, "feature %zu of window %u is %g\n", i, (unsigned)windows, (double)x);
                    exit(1);
                }
            }
        }
    }
    free(features);
    free(memory);
    return true;
}

int main(void) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        n += run();
    }
    printf("%u front ends\n", (unsigned)n);
    return n < 200;
}
