#include "kernels/core.h"
#include "mnf_mac16.h"

#if MNF_CORE_MAC16

MNF_HOT void mnf_mac16_widen(uint32_t *to, const int8_t *w, int32_t n) {
    const uint32_t halves = 0x00ff00ff, signs = 0x80808080;
    if ((((uintptr_t)w | (uintptr_t)n) & 3) == 0) {
        const mnf_word_t *from = (const mnf_word_t *)(const void *)w;
        for (; n >= 16; n -= 16) {
            const uint32_t a = from[0] ^ signs, b = from[1] ^ signs;
            to[0] = a & halves;
            to[1] = a >> 8 & halves;
            to[2] = b & halves;
            to[3] = b >> 8 & halves;
            const uint32_t c = from[2] ^ signs, d = from[3] ^ signs;
            to[4] = c & halves;
            to[5] = c >> 8 & halves;
            to[6] = d & halves;
            to[7] = d >> 8 & halves;
            from += 4;
            to += 8;
        }
        for (; n > 0; n -= 4) {
            const uint32_t a = *from++ ^ signs;
            *to++ = a & halves;
            *to++ = a >> 8 & halves;
        }
        return;
    }
    uint16_t *half = (uint16_t *)(void *)to;
    for (; n >= 4; n -= 4) {
        half[0] = (uint8_t)w[0] ^ 128;
        half[2] = (uint8_t)w[1] ^ 128;
        half[1] = (uint8_t)w[2] ^ 128;
        half[3] = (uint8_t)w[3] ^ 128;
        half += 4;
        w += 4;
    }
    for (int32_t i = 0; i < n; i++) {
        half[(i & 1) << 1 | i >> 1] = (uint8_t)w[i] ^ 128;
    }
}

#endif
