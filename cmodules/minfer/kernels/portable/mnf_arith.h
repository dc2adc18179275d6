// Fixed-point arithmetic of TensorFlow Lite's int8 specification, bit for bit, for any input: where the reference would overflow, these wrap.
#ifndef MNF_ARITH_H
#define MNF_ARITH_H

#include <stdint.h>

static inline int32_t mnf_add_wrap(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t mnf_sub_wrap(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a - (uint32_t)b);
}

static inline int32_t mnf_mul_wrap(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a * (uint32_t)b);
}

static inline int32_t mnf_shift_left_wrap(int32_t a, int32_t shift) {
    return (int32_t)((uint32_t)a << shift);
}

// gemmlowp's SaturatingRoundingDoublingHighMul: the high half of 2ab, rounded half up. One of a and b must not be INT32_MIN.
static inline int32_t mnf_doubling_high_mul_64(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

// Cores whose multiplier gives 32 bits only.
#if defined(__ARM_ARCH_6M__) || (defined(__XTENSA__) && !__XCHAL_HAVE_MUL32_HIGH)
#define MNF_LOW_PRODUCTS 1
#endif

// The same from four products of 16 bits, none of whose sums leaves 32 bits: for those cores.
static inline int32_t mnf_doubling_high_mul_16(int32_t a, int32_t b) {
    const int32_t a_high = a >> 16, b_high = b >> 16, a_low = a & 0xffff, b_low = b & 0xffff;
    const int32_t middle = a_high * b_low + (int32_t)((uint32_t)a_low * (uint32_t)b_low >> 16);
    const int32_t low = a_low * b_high + (middle & 0xffff);
    return (int32_t)((uint32_t)(a_high * b_high + (middle >> 16)) * 2 + (uint32_t)((low + (1 << 14)) >> 15));
}

// gemmlowp's RoundingDivideByPOT: a / 2^shift, halves away from zero, shift 0 to 31.
static inline int32_t mnf_rounding_shift_right(int32_t a, int32_t shift) {
    const int32_t mask = (int32_t)((1u << shift) - 1);
    const int32_t threshold = (mask >> 1) + (a < 0);
    return (a >> shift) + ((a & mask) > threshold);
}

// MultiplyByQuantizedMultiplier with double rounding; shift positive to the left, -31 to 30; multiplier 0 or more. By one of the products above.
#define MNF_REQUANTISE(product, a, multiplier, shift) \
    mnf_rounding_shift_right( \
        product(mnf_shift_left_wrap(a, (shift) > 0 ? (shift) : 0), multiplier), (shift) > 0 ? 0 : -(shift))

#if MNF_LOW_PRODUCTS
// In mnf_arith.c, from products of 16 bits, which take a quarter of the cycles of the library's 64-bit product. Inlined, they would be
// a tenth of all code.
int32_t mnf_doubling_high_mul(int32_t a, int32_t b);
int32_t mnf_requantise(int32_t a, int32_t multiplier, int32_t shift);
#else
static inline int32_t mnf_doubling_high_mul(int32_t a, int32_t b) {
    return mnf_doubling_high_mul_64(a, b);
}

static inline int32_t mnf_requantise(int32_t a, int32_t multiplier, int32_t shift) {
    return MNF_REQUANTISE(mnf_doubling_high_mul_64, a, multiplier, shift);
}
#endif

// MultiplyByQuantizedMultiplier for sums of 64 bits: the multiplier rounded to 16 bits, then one rounding, halves up. Shift -31 to 14.
static inline int32_t mnf_requantise_s64(int64_t a, int32_t multiplier, int32_t shift) {
    const int32_t reduced = multiplier < 0x7fff0000 ? (multiplier + (1 << 15)) >> 16 : 0x7fff;
    const int32_t right = 15 - shift;
    const uint64_t half = (uint64_t)1 << (right - 1);
    return (int32_t)((int64_t)((uint64_t)a * (uint64_t)reduced + half) >> right);
}

static inline int32_t mnf_clamp(int32_t a, int32_t min, int32_t max) {
    return a < min ? min : a > max ? max : a;
}

#endif
