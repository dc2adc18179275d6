// Compares firmware/xtensa/runtime, and <stdarg.h>, with tables that numpy made. Exit code: 0, or which check failed.
#include <process.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "tables.h"

#define LENGTH(table) (sizeof(table) / sizeof(table[0]))

typedef union {
    float value;
    uint32_t bits;
} word_t;

static bool is_nan(uint32_t bits) {
    return (bits & 0x7fffffff) > 0x7f800000;
}

static bool equal(uint32_t bits, uint32_t expected) {
    return bits == expected || (is_nan(bits) && is_nan(expected));
}

// A number of each argument: of the registers, between them and the stack, and of the stack.
__attribute__((noinline)) static int64_t mixed(int first, ...) {
    va_list list;
    va_start(list, first);
    int64_t sum = first;
    for (int i = 0; i < 4; i++) {
        sum = sum * 3 + va_arg(list, int);
        sum = sum * 3 + va_arg(list, long long);
        sum = sum * 3 + (int)(float)va_arg(list, double);
    }
    va_end(list);
    return sum;
}

__attribute__((noinline)) static int inner(int n, va_list list) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
        sum = sum * 3 + va_arg(list, int);
    }
    return sum;
}

__attribute__((noinline)) static int outer(int n, ...) {
    va_list list;
    va_start(list, n);
    const int sum = inner(n, list);
    va_end(list);
    return sum;
}

static int check(void) {
    for (uint32_t i = 0; i < LENGTH(a); i++) {
        const volatile float x = (word_t) {.bits = a[i]}.value, y = (word_t) {.bits = b[i]}.value;
        if (!equal((word_t) {x / y}.bits, quotient[i])) {
            return 1;
        }
        const volatile double wide = (double)x;
        if (!equal((word_t) {(float)wide}.bits, a[i])) {
            return 2;
        }
    }
    for (uint32_t i = 0; i < LENGTH(product); i++) {
        const volatile uint64_t m = x[i], n = y[i];
        if (m * n != product[i]) {
            return 3;
        }
        if ((uint64_t)((int64_t)m / (int64_t)n) != cut[i] || (uint64_t)((int64_t)m % (int64_t)n) != rest[i]) {
            return 4;
        }
        if (m / n * n + m % n != m || m % n >= n) {
            return 5;
        }
        if (m << (n & 63) != left[i] || (uint64_t)((int64_t)m >> (n & 63)) != right[i]) {
            return 6;
        }
    }
    int64_t expected = 1;
    for (int i = 2; i < 14; i++) {
        expected = expected * 3 + i;
    }
    if (mixed(1, 2, 3LL, 4.0, 5, 6LL, 7.0, 8, 9LL, 10.0, 11, 12LL, 13.0) != expected) {
        return 7;
    }
    if (outer(8, 1, 0, 0, 0, 0, 0, 0, 2) != 2189 || outer(2, 1, 2) != 5) {
        return 8;
    }
    return 0;
}

void start(char **argv) {
    (void)argv;
    leave(check());
}
