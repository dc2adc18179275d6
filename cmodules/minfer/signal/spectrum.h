// Power in bands of frequency: a periodogram with Hann's window, as scipy.signal.welch makes of one segment.
#ifndef MNF_SPECTRUM_H
#define MNF_SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

#include "signal/fft_int32.h"

typedef struct {
    const mnf_fft_t *fft;
    int32_t *hann;   // of the first half of a window and its middle, times 2^31
    uint32_t window; // samples
    uint32_t n_fft;  // the power of 2 they are filled up to with zeros, at least 64
} mnf_spectrum_t;

// Of n_fft, for windows of 4 to 4096 samples.
uint32_t mnf_spectrum_length(uint32_t window);

// Bytes of memory it takes, at a multiple of 4.
size_t mnf_spectrum_size(uint32_t window);

void mnf_spectrum_init(mnf_spectrum_t *spectrum, void *memory, uint32_t window);

// Replaces a window (see statistics.h), in a buffer of n_fft numbers, by its transform. Returns what the sum of the
// squares of its parts is to be multiplied with to be a power.
float mnf_spectrum(const mnf_spectrum_t *spectrum, int32_t *window);

// The power from bin `first` to before bin `end`, at most n_fft / 2 + 1: sum(density * step), both sides of the
// spectrum.
float mnf_spectrum_power(const mnf_spectrum_t *spectrum, const int32_t *transform, float factor, uint32_t first,
    uint32_t end);

#endif
