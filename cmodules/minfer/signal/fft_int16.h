// The energies of a real signal's frequencies by a fast Fourier transform in int16, with the scaling and rounding of
// KISS FFT's fixed-point one: each radix-4 stage multiplies by 8191 / 32768 first, a radix-2 stage and the last one by
// 16383 / 32768, and what exceeds 16 bits wraps.
#ifndef MNF_FFT_INT16_H
#define MNF_FFT_INT16_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int16_t re, im;
} mnf_complex16_t;

// The transform works in place: two samples become a complex number, and that the energy of a frequency.
typedef union {
    mnf_complex16_t z;
    uint32_t energy;
} mnf_bin_t;

typedef struct {
    uint32_t n;              // of bins: half as many as samples, a power of two from 8 on
    mnf_complex16_t *stages; // e^(-2 pi i k / n), k below 3/4 n
    mnf_complex16_t *last;   // e^(-pi i (k / n + 1/2)), k from 1 to n / 2
} mnf_fft_int16_t;

// Bytes of the two tables.
size_t mnf_fft_int16_size(uint32_t n);

// `tables`: that many bytes, 4-byte aligned.
void mnf_fft_int16_init(mnf_fft_int16_t *fft, uint32_t n, void *tables);

// The place at which the pair of samples after the one at `place` goes; the first goes to 0.
static inline uint32_t mnf_fft_int16_next(const mnf_fft_int16_t *fft, uint32_t place) {
    // Counting with the digits in reverse, to base 4 where there is a factor of 4.
    uint32_t step = fft->n / 4;
    while ((place & 3 * step) == 3 * step) {
        place -= 3 * step;
        step = step > 2 ? step / 4 : 1;
    }
    return place + step;
}

// bins: pairs of samples in places as above, (2k, 2k + 1). Each counts 2^shift fold, which must fit into 16 bits.
// Becomes the energies of frequencies 1 to n - 1, re^2 + im^2; bins[0] is left undefined.
void mnf_fft_int16_energies(const mnf_fft_int16_t *fft, mnf_bin_t *bins, uint32_t shift);

#endif
