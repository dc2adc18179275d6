#include "fft_int16.h"

#include "fixed.h"
#include "real.h"

#define HALF 16383
#define QUARTER 8191
#define ROUND (1 << 14)

// e^(2 pi i turn / 2^32) * 32767, to the nearest. A cosine within 16 / 2^31 of the exact one leaves no doubt about it.
static mnf_complex16_t turned(uint32_t turn) {
    const int32_t re = mnf_cos_q31(turn) >> 1, im = mnf_cos_q31(turn - 0x40000000u) >> 1;
    return (mnf_complex16_t){
        (int16_t)(((int64_t)re * 32767 + (1 << 29)) >> 30), (int16_t)(((int64_t)im * 32767 + (1 << 29)) >> 30),
    };
}

size_t mnf_fft_int16_size(uint32_t n) {
    return (n / 4 * 3 + n / 2) * sizeof(mnf_complex16_t);
}

void mnf_fft_int16_init(mnf_fft_int16_t *fft, uint32_t n, void *tables) {
    fft->n = n;
    fft->stages = tables;
    fft->last = fft->stages + n / 4 * 3;
    const uint32_t step = (uint32_t)(((uint64_t)1 << 32) / n);
    for (uint32_t k = 0; k < n / 4 * 3; k++) {
        fft->stages[k] = turned(-(k * step));
    }
    for (uint32_t k = 1; k <= n / 2; k++) {
        fft->last[k - 1] = turned(-(k * (step / 2) + 0x40000000u));
    }
}

static inline int32_t scaled(int32_t x, int32_t factor) {
    return (x * factor + ROUND) >> 15;
}

// (re, im) * w / 32768. Their products fit: the sum of two is at most 2 * 32767 * 32767, and half of 32768 more.
static inline int32_t product_re(int32_t re, int32_t im, mnf_complex16_t w) {
    return (re * w.re - im * w.im + ROUND) >> 15;
}

static inline int32_t product_im(int32_t re, int32_t im, mnf_complex16_t w) {
    return (re * w.im + im * w.re + ROUND) >> 15;
}

// The first stage's factors are all 32767, which changes no number below 2^14: nothing is multiplied.
static void first_by_2(mnf_bin_t *bins, uint32_t n, int32_t factor) {
    for (mnf_bin_t *b = bins; b < bins + n; b += 2) {
        const int32_t re0 = scaled(b[0].z.re, factor), im0 = scaled(b[0].z.im, factor);
        const int32_t re1 = scaled(b[1].z.re, factor), im1 = scaled(b[1].z.im, factor);
        b[0].z = (mnf_complex16_t){ (int16_t)(re0 + re1), (int16_t)(im0 + im1) };
        b[1].z = (mnf_complex16_t){ (int16_t)(re0 - re1), (int16_t)(im0 - im1) };
    }
}

// Four numbers, of which three are multiplied already, into their transform.
static inline void butterfly_4(mnf_bin_t *b, uint32_t m, int32_t re0, int32_t im0, int32_t re1, int32_t im1,
    int32_t re2, int32_t im2, int32_t re3, int32_t im3) {
    const int32_t re02 = re0 + re2, im02 = im0 + im2, re13 = re1 + re3, im13 = im1 + im3;
    b[0].z = (mnf_complex16_t){ (int16_t)(re02 + re13), (int16_t)(im02 + im13) };
    b[2 * m].z = (mnf_complex16_t){ (int16_t)(re02 - re13), (int16_t)(im02 - im13) };
    const int32_t re0_2 = re0 - re2, im0_2 = im0 - im2, re1_3 = re1 - re3, im1_3 = im1 - im3;
    b[m].z = (mnf_complex16_t){ (int16_t)(re0_2 + im1_3), (int16_t)(im0_2 - re1_3) };
    b[3 * m].z = (mnf_complex16_t){ (int16_t)(re0_2 - im1_3), (int16_t)(im0_2 + re1_3) };
}

static void first_by_4(mnf_bin_t *bins, uint32_t n, int32_t factor) {
    for (mnf_bin_t *b = bins; b < bins + n; b += 4) {
        butterfly_4(b, 1, scaled(b[0].z.re, factor), scaled(b[0].z.im, factor), scaled(b[1].z.re, factor),
            scaled(b[1].z.im, factor), scaled(b[2].z.re, factor), scaled(b[2].z.im, factor), scaled(b[3].z.re, factor),
            scaled(b[3].z.im, factor));
    }
}

static void stage_by_4(const mnf_fft_int16_t *fft, mnf_bin_t *bins, uint32_t m) {
    const uint32_t stride = fft->n / (4 * m);
    for (uint32_t k = 0; k < m; k++) {
        const mnf_complex16_t *w = fft->stages;
        const mnf_complex16_t w1 = w[k * stride], w2 = w[2 * k * stride], w3 = w[3 * k * stride];
        for (mnf_bin_t *b = bins + k; b < bins + fft->n; b += 4 * m) {
            const int32_t re1 = scaled(b[m].z.re, QUARTER), im1 = scaled(b[m].z.im, QUARTER);
            const int32_t re2 = scaled(b[2 * m].z.re, QUARTER), im2 = scaled(b[2 * m].z.im, QUARTER);
            const int32_t re3 = scaled(b[3 * m].z.re, QUARTER), im3 = scaled(b[3 * m].z.im, QUARTER);
            butterfly_4(b, m, scaled(b[0].z.re, QUARTER), scaled(b[0].z.im, QUARTER), product_re(re1, im1, w1),
                product_im(re1, im1, w1), product_re(re2, im2, w2), product_im(re2, im2, w2), product_re(re3, im3, w3),
                product_im(re3, im3, w3));
        }
    }
}

static inline uint32_t energy(int32_t re, int32_t im) {
    return (uint32_t)(re * re) + (uint32_t)(im * im);
}

// The transform of two interleaved signals into energies of the whole: those of k and n - k come from bins k and n - k.
static void last_stage(const mnf_fft_int16_t *fft, mnf_bin_t *bins) {
    const mnf_complex16_t *w = fft->last;
    mnf_bin_t *low = bins + 1;
    for (mnf_bin_t *high = bins + fft->n - 1; low <= high; low++, high--, w++) {
        const int32_t re = scaled(low->z.re, HALF), im = scaled(low->z.im, HALF);
        const int32_t re_n = scaled(high->z.re, HALF), im_n = scaled((int16_t)-high->z.im, HALF);
        const int32_t re_sum = re + re_n, im_sum = im + im_n, re_difference = re - re_n, im_difference = im - im_n;
        const int32_t re_turned = (int16_t)product_re(re_difference, im_difference, *w);
        const int32_t im_turned = (int16_t)product_im(re_difference, im_difference, *w);
        low->energy = energy((int16_t)((re_sum + re_turned) >> 1), (int16_t)((im_sum + im_turned) >> 1));
        high->energy = energy((int16_t)((re_sum - re_turned) >> 1), (int16_t)((im_turned - im_sum) >> 1));
    }
}

void mnf_fft_int16_energies(const mnf_fft_int16_t *fft, mnf_bin_t *bins, uint32_t shift) {
    uint32_t m = 4;
    if ((mnf_bits(fft->n) & 1) == 0) { // a factor of 2 remains
        m = 2;
        first_by_2(bins, fft->n, HALF << shift);
    } else {
        first_by_4(bins, fft->n, QUARTER << shift);
    }
    for (; m < fft->n; m *= 4) {
        stage_by_4(fft, bins, m);
    }
    last_stage(fft, bins);
}
