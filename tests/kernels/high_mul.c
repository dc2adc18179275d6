// high_mul: the doubling high product in its two forms, on extremes and random numbers; prints what differs.
#include <stdio.h>
#include <stdlib.h>

#include "kernels/portable/mnf_arith.h"

static const int32_t EXTREMES[] = {
    INT32_MIN, INT32_MIN + 1, -(1 << 30), -(1 << 30) - 1, -65537, -65536, -65535, -32769, -32768, -32767, -2, -1, 0,
    1, 2, 32767, 32768, 32769, 65535, 65536, 65537, (1 << 30) - 1, 1 << 30, 0x7fff7fff, 0x7fff8000, 0x7fffffff,
};
enum { N_EXTREMES = sizeof(EXTREMES) / sizeof(EXTREMES[0]), RANDOM = 4000000 };

static uint32_t state = 1;

static int32_t draw(void) {
    state = state * 1664525u + 1013904223u;
    const uint32_t high = state >> 16;
    state = state * 1664525u + 1013904223u;
    return (int32_t)(high << 16 | state >> 16) >> (high & 15); // small ones as well
}

static void compare(int32_t a, int32_t b) {
    if (a == INT32_MIN && b == INT32_MIN) {
        return;
    }
    const int32_t expected = mnf_doubling_high_mul_64(a, b), found = mnf_doubling_high_mul_16(a, b);
    if (expected != found) {
        printf("%d * %d: expected %d, found %d\n", a, b, expected, found);
        exit(1);
    }
}

int main(void) {
    for (int i = 0; i < N_EXTREMES; i++) {
        for (int j = 0; j < N_EXTREMES; j++) {
            compare(EXTREMES[i], EXTREMES[j]);
        }
        for (int j = 0; j < RANDOM / N_EXTREMES; j++) {
            compare(EXTREMES[i], draw());
            compare(draw(), EXTREMES[i]);
            compare(draw(), draw());
        }
    }
    return 0;
}
