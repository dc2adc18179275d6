#include "mnf_kernels.h"

static int8_t signed_int4(int32_t value) {
    return (int8_t)(((value & 15) ^ 8) - 8);
}

void mnf_unpack_int4(const int8_t *packed, int32_t from, int32_t n, int8_t *to) {
    const uint8_t *bytes = (const uint8_t *)packed + (from >> 1);
    const int8_t *end = to + n;
    if ((from & 1) != 0 && to < end) {
        *to++ = signed_int4(*bytes++ >> 4);
    }
    if (((uintptr_t)to & 3) == 0) {
        for (; end - to >= 4; to += 4, bytes += 2) {
            // Two bytes, spread over a word by halves, then the signs: 8 * 0x1e = 0xf0.
            const uint32_t two = bytes[0] | (uint32_t)bytes[1] << 16, four = (two | two << 4) & 0x0f0f0f0f;
            *(uint32_t *)(void *)to = four | (four & 0x08080808) * 0x1e;
        }
    }
    for (; end - to >= 2; to += 2, bytes++) {
        to[0] = signed_int4(*bytes);
        to[1] = signed_int4(*bytes >> 4);
    }
    if (to < end) {
        *to = signed_int4(*bytes);
    }
}
