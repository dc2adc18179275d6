// What compilers call for floats where the FPU, as LLVM uses it, has no instruction: quotients, integers of 64 bits, and doubles
// as far as variable arguments need them. Rounded to nearest, ties to even.
#include <stdint.h>

float __divsf3(float a, float b);
double __extendsfdf2(float a);
float __truncdfsf2(double a);
double __floatsidf(int32_t a);
int64_t __fixsfdi(float a);

typedef union {
    float value;
    uint32_t bits;
} float_t;

typedef union {
    double value;
    uint64_t bits;
} double_t;

#define SIGN 0x80000000u
#define INFINITE 0x7f800000u
#define NOT_A_NUMBER 0x7fc00000u

static float from_bits(uint32_t bits) {
    return (float_t) {.bits = bits}.value;
}

// significand * 2^(exponent - 150) with a sign, where the significand, of 64 bits, has its first bit at 62, and its last ones may be lost.
static float rounded(uint32_t sign, int32_t exponent, uint64_t significand) {
    // The float has bits 62 to 39; below its normal range, fewer.
    int32_t drop = 39;
    exponent += drop;
    if (exponent <= 0) {
        drop += 1 - exponent;
        exponent = 0;
        if (drop > 63) {
            return from_bits(sign);
        }
    }
    const uint64_t kept = significand >> drop, lost = significand - (kept << drop), half = (uint64_t)1 << (drop - 1);
    uint32_t bits = (uint32_t)kept;
    if (exponent > 0) {
        bits += (uint32_t)(exponent - 1) << 23; // the first bit counts as one exponent
    }
    bits += lost > half || (lost == half && (bits & 1));
    return from_bits(sign | (exponent >= 255 || bits >= INFINITE ? INFINITE : bits));
}

// The significand with its first bit at 23, whatever the number's size; *exponent such that the number is that times 2^(exponent - 150).
static uint32_t significand_of(uint32_t bits, int32_t *exponent) {
    uint32_t significand = bits & 0x7fffff;
    *exponent = (int32_t)(bits >> 23 & 0xff);
    if (*exponent != 0) {
        return significand | 0x800000;
    }
    const int32_t shift = __builtin_clz(significand) - 8;
    *exponent = 1 - shift;
    return significand << shift;
}

float __divsf3(float a, float b) {
    const uint32_t x = (float_t) {a}.bits, y = (float_t) {b}.bits;
    const uint32_t sign = (x ^ y) & SIGN, x_size = x & ~SIGN, y_size = y & ~SIGN;
    if (x_size > INFINITE || y_size > INFINITE || (x_size == y_size && (x_size == 0 || x_size == INFINITE))) {
        return from_bits(NOT_A_NUMBER);
    }
    if (x_size == INFINITE || y_size == 0) {
        return from_bits(sign | INFINITE);
    }
    if (x_size == 0 || y_size == INFINITE) {
        return from_bits(sign);
    }
    int32_t x_exponent, y_exponent;
    const uint64_t n = (uint64_t)significand_of(x_size, &x_exponent) << 39;
    const uint32_t d = significand_of(y_size, &y_exponent);
    uint64_t quotient = n / d; // of 39 or 40 bits
    quotient = quotient << 1 | (n % d != 0);
    const int32_t shift = quotient >> 40 ? 22 : 23;
    return rounded(sign, x_exponent - y_exponent + 150 - 40 - shift, quotient << shift);
}

double __extendsfdf2(float a) {
    const uint32_t bits = (float_t) {a}.bits, absolute = bits & ~SIGN;
    const uint64_t sign = (uint64_t)(bits & SIGN) << 32;
    if (absolute == 0) {
        return (double_t) {.bits = sign}.value;
    }
    if (absolute >= INFINITE) {
        return (double_t) {.bits = sign | (uint64_t)0x7ff << 52 | (uint64_t)(absolute & 0x7fffff) << 29}.value;
    }
    int32_t exponent;
    const uint64_t significand = significand_of(absolute, &exponent) & 0x7fffff;
    return (double_t) {.bits = sign | (uint64_t)(exponent + 1023 - 127) << 52 | significand << 29}.value;
}

float __truncdfsf2(double a) {
    const uint64_t bits = (double_t) {a}.bits, significand = bits & (((uint64_t)1 << 52) - 1);
    const uint32_t sign = (uint32_t)(bits >> 32) & SIGN;
    const int32_t exponent = (int32_t)(bits >> 52 & 0x7ff);
    if (exponent == 0x7ff) {
        return from_bits(significand != 0 ? NOT_A_NUMBER : sign | INFINITE);
    }
    if (exponent == 0) {
        return from_bits(sign);
    }
    return rounded(sign, exponent - 1023 + 150 - 62, ((uint64_t)1 << 52 | significand) << 10);
}

double __floatsidf(int32_t a) {
    if (a == 0) {
        return (double_t) {.bits = 0}.value;
    }
    const uint32_t size = a < 0 ? -(uint32_t)a : (uint32_t)a;
    const int32_t first = 31 - __builtin_clz(size);
    const uint64_t significand = (uint64_t)size << (52 - first) & (((uint64_t)1 << 52) - 1);
    return (double_t) {.bits = (uint64_t)(a < 0) << 63 | (uint64_t)(first + 1023) << 52 | significand}.value;
}

// Toward zero; what no int64 holds gives the nearest one.
int64_t __fixsfdi(float a) {
    const uint32_t bits = (float_t) {a}.bits;
    const int32_t exponent = (int32_t)(bits >> 23 & 0xff);
    if (exponent < 127) {
        return 0;
    }
    if (exponent >= 127 + 63) {
        return bits & SIGN ? INT64_MIN : INT64_MAX;
    }
    const uint64_t significand = (bits & 0x7fffff) | 0x800000;
    const uint64_t size = exponent < 150 ? significand >> (150 - exponent) : significand << (exponent - 150);
    return (int64_t)(bits & SIGN ? -size : size);
}
