// What compilers call for blocks of memory, for programs without a C library.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word_t;

static int same_phase(const void *to, const void *from) {
    return (((uintptr_t)to ^ (uintptr_t)from) & 3) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    uint8_t *t = to;
    const uint8_t *f = from;
    if (same_phase(t, f)) {
        for (; n > 0 && ((uintptr_t)t & 3); n--) {
            *t++ = *f++;
        }
        for (; n >= 4; n -= 4) {
            *(word_t *)(void *)t = *(const word_t *)(const void *)f;
            t += 4;
            f += 4;
        }
    }
    for (; n > 0; n--) {
        *t++ = *f++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t n) {
    uint8_t *t = to;
    const uint8_t *f = from;
    if ((uintptr_t)t - (uintptr_t)f >= n) {
        return memcpy(to, from, n);
    }
    while (n > 0) {
        n--;
        t[n] = f[n];
    }
    return to;
}

void *memset(void *to, int byte, size_t n) {
    uint8_t *t = to;
    for (; n > 0 && ((uintptr_t)t & 3); n--) {
        *t++ = (uint8_t)byte;
    }
    for (; n >= 4; n -= 4) {
        *(word_t *)(void *)t = (uint8_t)byte * 0x01010101u;
        t += 4;
    }
    for (; n > 0; n--) {
        *t++ = (uint8_t)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n) {
    const uint8_t *x = a, *y = b;
    for (; n > 0; n--) {
        if (*x++ != *y++) {
            return x[-1] - y[-1];
        }
    }
    return 0;
}
