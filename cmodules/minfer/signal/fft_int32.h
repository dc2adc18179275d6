// The discrete Fourier transform of real numbers in fixed point: int32 with factors of 32 bits. On a Cortex-M0+ (emulated)
// 512 numbers take 121,000 cycles; in float32, which is about as exact, they take 712,000. Factors of 16 bits would take
// 88,000, at 600 times the error.
//
//     mnf_fft_t *fft = memory; // mnf_fft_size(n) bytes at a multiple of 4
//     mnf_fft_init(fft, n);
//     mnf_fft(fft, data);      // n real numbers become n / 2 + 1 complex ones, in place
#ifndef MNF_FFT_INT32_H
#define MNF_FFT_INT32_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t n;
    int32_t sines[]; // sin(2 pi k / n) * 2^31, k from 0 to n / 4
} mnf_fft_t;

// Bytes for transforms of n numbers: a power of 2, 64 to 4096; any other n gives 0.
size_t mnf_fft_size(uint32_t n);

void mnf_fft_init(mnf_fft_t *fft, uint32_t n);

// Transforms n numbers in place, each at most 2^30 in size: sum(data[j] e^(-2 pi i j k / n)) / n, in pairs of real and
// imaginary parts for k from 0. In the place of the imaginary part of bin 0, which is 0, stands the real part of bin
// n / 2.
// Error, as measured: 16 units at most, 3 in the mean square. For all of the precision, shift small numbers up to 2^30
// before.
void mnf_fft(const mnf_fft_t *fft, int32_t *data);

#endif
