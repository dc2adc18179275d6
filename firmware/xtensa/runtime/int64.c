// What compilers call for integers of 64 bits.
#include <stdint.h>

uint64_t __muldi3(uint64_t a, uint64_t b);
uint64_t __udivmoddi4(uint64_t a, uint64_t b, uint64_t *rest);
uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
int64_t __divdi3(int64_t a, int64_t b);
int64_t __moddi3(int64_t a, int64_t b);
uint64_t __ashldi3(uint64_t a, int n);
uint64_t __lshrdi3(uint64_t a, int n);
int64_t __ashrdi3(int64_t a, int n);

typedef union {
    uint64_t whole;
    struct {
        uint32_t low;
        uint32_t high;
    };
} halves_t;

// Of four products of 16 bits: it is for cores without a high product.
uint64_t __muldi3(uint64_t a, uint64_t b) {
    const halves_t x = {a}, y = {b};
    const uint32_t x0 = x.low & 0xffff, x1 = x.low >> 16, y0 = y.low & 0xffff, y1 = y.low >> 16;
    const uint32_t low = x0 * y0, cross = x1 * y0 + (low >> 16), middle = x0 * y1 + (cross & 0xffff);
    halves_t product;
    product.low = middle << 16 | (low & 0xffff);
    product.high = x1 * y1 + (cross >> 16) + (middle >> 16) + x.low * y.high + x.high * y.low;
    return product.whole;
}

uint64_t __ashldi3(uint64_t a, int n) {
    const halves_t x = {a};
    halves_t y = x;
    if (n >= 32) {
        y.high = x.low << (n - 32);
        y.low = 0;
    } else if (n > 0) {
        y.high = x.high << n | x.low >> (32 - n);
        y.low = x.low << n;
    }
    return y.whole;
}

uint64_t __lshrdi3(uint64_t a, int n) {
    const halves_t x = {a};
    halves_t y = x;
    if (n >= 32) {
        y.low = x.high >> (n - 32);
        y.high = 0;
    } else if (n > 0) {
        y.low = x.low >> n | x.high << (32 - n);
        y.high = x.high >> n;
    }
    return y.whole;
}

int64_t __ashrdi3(int64_t a, int n) {
    const halves_t x = {(uint64_t)a};
    const int32_t high = (int32_t)x.high;
    halves_t y = x;
    if (n >= 32) {
        y.low = (uint32_t)(high >> (n - 32));
        y.high = (uint32_t)(high >> 31);
    } else if (n > 0) {
        y.low = x.low >> n | x.high << (32 - n);
        y.high = (uint32_t)(high >> n);
    }
    return (int64_t)y.whole;
}

// Bit by bit, from the first that the quotient can have.
uint64_t __udivmoddi4(uint64_t a, uint64_t b, uint64_t *rest) {
    if (((a | b) >> 32) == 0) {
        *rest = (uint32_t)a % (uint32_t)b;
        return (uint32_t)a / (uint32_t)b;
    }
    uint64_t quotient = 0, bit = 1;
    while (b < a && (int64_t)b > 0) {
        b <<= 1;
        bit <<= 1;
    }
    for (; bit != 0; bit >>= 1) {
        if (a >= b) {
            a -= b;
            quotient |= bit;
        }
        b >>= 1;
    }
    *rest = a;
    return quotient;
}

uint64_t __udivdi3(uint64_t a, uint64_t b) {
    uint64_t rest;
    return __udivmoddi4(a, b, &rest);
}

uint64_t __umoddi3(uint64_t a, uint64_t b) {
    uint64_t rest;
    __udivmoddi4(a, b, &rest);
    return rest;
}

static uint64_t size(int64_t a) {
    return a < 0 ? -(uint64_t)a : (uint64_t)a;
}

int64_t __divdi3(int64_t a, int64_t b) {
    const uint64_t quotient = __udivdi3(size(a), size(b));
    return (int64_t)((a < 0) != (b < 0) ? -quotient : quotient);
}

int64_t __moddi3(int64_t a, int64_t b) {
    const uint64_t rest = __umoddi3(size(a), size(b));
    return (int64_t)(a < 0 ? -rest : rest);
}
