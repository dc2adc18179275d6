#include "signal/fft_int32.h"

#include "signal/real.h"

size_t mnf_fft_size(uint32_t n) {
    if (n < 64 || n > 4096 || (n & (n - 1)) != 0) {
        return 0;
    }
    return sizeof(mnf_fft_t) + (n / 4 + 1) * sizeof(int32_t);
}

void mnf_fft_init(mnf_fft_t *fft, uint32_t n) {
    fft->n = n;
    for (uint32_t k = 0; k <= n / 4; k++) {
        fft->sines[k] = mnf_cos_q31((k - n / 4) * (UINT32_MAX / n + 1));
    }
}

typedef struct {
    int32_t re, im;
} pair_t;

static inline void swap(pair_t *a, pair_t *b) {
    const pair_t kept = *a;
    *a = *b;
    *b = kept;
}

// Puts number k at the place whose binary digits are those of k, read backwards.
static void reverse_bits(pair_t *z, uint32_t n) {
    uint32_t reversed = 0;
    for (uint32_t k = 1; k < n; k++) {
        uint32_t bit = n / 2;
        while (reversed & bit) {
            reversed ^= bit;
            bit /= 2;
        }
        reversed |= bit;
        if (k < reversed) {
            swap(&z[k], &z[reversed]);
        }
    }
}

// a, b -> (a + t) / 2, (a - t) / 2, where `half` is t / 2.
static inline void butterfly(pair_t *a, pair_t *b, pair_t half) {
    const int32_t re = a->re >> 1, im = a->im >> 1;
    a->re = re + half.re;
    a->im = im + half.im;
    b->re = re - half.re;
    b->im = im - half.im;
}

// z (cos - i sin) / 2
static inline pair_t turned(pair_t z, int32_t cos, int32_t sin) {
    return (pair_t){
        mnf_mul_high(z.re, cos) + mnf_mul_high(z.im, sin) + 2,
        mnf_mul_high(z.im, cos) - mnf_mul_high(z.re, sin),
    };
}

// Joins transforms of one and of two numbers: turns by quarters, which need no product.
static void join_quarters(pair_t *z, uint32_t n) {
    for (pair_t *end = z + n; z < end; z += 4) {
        butterfly(&z[0], &z[1], (pair_t){ z[1].re >> 1, z[1].im >> 1 });
        butterfly(&z[2], &z[3], (pair_t){ z[3].re >> 1, z[3].im >> 1 });
        butterfly(&z[0], &z[2], (pair_t){ z[2].re >> 1, z[2].im >> 1 });
        butterfly(&z[1], &z[3], (pair_t){ z[3].im >> 1, -(z[3].re >> 1) });
    }
}

// Joins pairs of transforms of `half` numbers each, from half = 4.
static void join(pair_t *z, uint32_t n, uint32_t half, const mnf_fft_t *fft) {
    const uint32_t step = fft->n / (2 * half);
    for (uint32_t j = 0; j < half / 2; j++) {
        const int32_t sin = fft->sines[j * step];
        const int32_t cos = fft->sines[fft->n / 4 - j * step];
        for (pair_t *a = z + j, *end = z + n; a < end; a += 2 * half) {
            pair_t *b = a + half;
            butterfly(a, b, turned(*b, cos, sin));
            // A quarter turn on.
            pair_t *c = a + half / 2, *d = b + half / 2;
            butterfly(c, d, turned(*d, -sin, cos));
        }
    }
}

// From the transform z of n / 2 pairs, of which even numbers are the real parts and odd ones the imaginary, to that of
// all n.
static void part(pair_t *z, const mnf_fft_t *fft) {
    const uint32_t half = fft->n / 2;
    const int32_t re = z[0].re >> 1, im = z[0].im >> 1;
    z[0] = (pair_t){ re + im, re - im };
    for (uint32_t k = 1; k < half / 2; k++) {
        pair_t *a = &z[k], *b = &z[half - k];
        const pair_t even = { (a->re >> 1) + (b->re >> 1), (a->im >> 1) - (b->im >> 1) };
        const pair_t odd = { (a->im >> 1) + (b->im >> 1), (b->re >> 1) - (a->re >> 1) };
        const pair_t t = turned(odd, fft->sines[half / 2 - k], fft->sines[k]);
        *a = (pair_t){ (even.re >> 1) + t.re, (even.im >> 1) + t.im };
        *b = (pair_t){ (even.re >> 1) - t.re, t.im - (even.im >> 1) };
    }
    z[half / 2] = (pair_t){ z[half / 2].re >> 1, -(z[half / 2].im >> 1) };
}

void mnf_fft(const mnf_fft_t *fft, int32_t *data) {
    pair_t *z = (pair_t *)data;
    const uint32_t n = fft->n / 2;
    reverse_bits(z, n);
    join_quarters(z, n);
    for (uint32_t half = 4; half < n; half *= 2) {
        join(z, n, half, fft);
    }
    part(z, fft);
}
