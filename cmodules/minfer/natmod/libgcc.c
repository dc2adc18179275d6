// Of the compiler's own library, what mpy_ld.py cannot link.
#include <stdint.h>

#if defined(__ARM_ARCH_6M__)

typedef union {
    float real;
    uint32_t bits;
} float_bits_t;

#define SIGN 0x80000000u
#define INFINITE 0x7f800000u
#define NOT_A_NUMBER 0x7fc00000u
#define ONE 0x00800000u // the first bit of a mantissa, which floats do not store

// The mantissa of a finite number other than zero, its first bit set, and its exponent.
static uint32_t mantissa(uint32_t magnitude, int32_t *exponent) {
    *exponent = (int32_t)(magnitude >> 23);
    if (*exponent > 0) {
        return (magnitude & (ONE - 1)) | ONE;
    }
    for (*exponent = 1; magnitude < ONE; magnitude <<= 1) {
        --*exponent;
    }
    return magnitude;
}

// x / y, rounded to nearest, ties to even: IEEE 754. libgcc's has a table of absolute addresses.
float __aeabi_fdiv(float x, float y);
float __aeabi_fdiv(float x, float y) {
    float_bits_t a = { x };
    const float_bits_t b = { y };
    const uint32_t sign = (a.bits ^ b.bits) & SIGN;
    const uint32_t top = a.bits & ~SIGN;
    const uint32_t bottom = b.bits & ~SIGN;
    if (top > INFINITE || bottom > INFINITE || top == bottom) {
        const uint32_t undefined = top >= INFINITE || bottom >= INFINITE || top == 0;
        a.bits = undefined ? NOT_A_NUMBER : sign | 0x3f800000u;
        return a.real;
    }
    if (top == INFINITE || bottom == 0) {
        a.bits = sign | INFINITE;
        return a.real;
    }
    if (top == 0 || bottom == INFINITE) {
        a.bits = sign;
        return a.real;
    }
    int32_t top_exponent, bottom_exponent;
    uint32_t rest = mantissa(top, &top_exponent);
    const uint32_t divisor = mantissa(bottom, &bottom_exponent);
    int32_t exponent = top_exponent - bottom_exponent + 127;
    if (rest < divisor) {
        rest <<= 1;
        exponent--;
    }
    uint32_t quotient = 0; // 24 bits, and one to round by
    for (int i = 0; i < 25; i++) {
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
        rest <<= 1;
    }
    uint32_t inexact = rest;
    if (exponent <= 0) { // below the least exponent bits go
        const uint32_t shift = exponent < -25 ? 26 : (uint32_t)(1 - exponent);
        inexact |= quotient & ((1u << shift) - 1);
        quotient >>= shift;
        exponent = 1;
        a.bits = quotient >> 1;
    } else if (exponent >= 255) {
        a.bits = sign | INFINITE;
        return a.real;
    } else {
        a.bits = ((uint32_t)(exponent - 1) << 23) + (quotient >> 1);
    }
    a.bits += (quotient & 1) && (inexact != 0 || (a.bits & 1)) ? 1 : 0;
    a.bits |= sign;
    return a.real;
}

#endif
