#include "signal/spectrum.h"

#include "signal/real.h"
#include "signal/statistics.h"

uint32_t mnf_spectrum_length(uint32_t window) {
    uint32_t n = 64;
    while (n < window) {
        n *= 2;
    }
    return n;
}

static size_t hann_size(uint32_t window) {
    return (window / 2 + 1) * sizeof(int32_t);
}

size_t mnf_spectrum_size(uint32_t window) {
    return hann_size(window) + mnf_fft_size(mnf_spectrum_length(window));
}

void mnf_spectrum_init(mnf_spectrum_t *spectrum, void *memory, uint32_t window) {
    mnf_fft_t *fft = (mnf_fft_t *)(void *)((uint8_t *)memory + hann_size(window));
    spectrum->window = window;
    spectrum->n_fft = mnf_spectrum_length(window);
    mnf_fft_init(fft, spectrum->n_fft);
    spectrum->fft = fft;
    spectrum->hann = memory;
    for (uint32_t i = 0; i <= window / 2; i++) {
        // (1 - cos) / 2: below 2^31, as mnf_cos_q31 is at most 2^31 - 1 in size.
        const uint32_t turns = (uint32_t)(((uint64_t)i << 32) / window);
        spectrum->hann[i] = (int32_t)((0x7fffffffu - (uint32_t)mnf_cos_q31(turns)) >> 1);
    }
}

float mnf_spectrum(const mnf_spectrum_t *spectrum, int32_t *window) {
    uint32_t most = 1; // at least the largest in size, up to its highest bit
    for (uint32_t i = 0; i < spectrum->window; i++) {
        most |= (uint32_t)(window[i] < 0 ? -window[i] : window[i]);
    }
    // All bits are used: below 2^31 in size, and below 2^30 when tapered, as the transform wants it.
    const uint32_t up = mnf_leading_zeros(most) - 1;
    for (uint32_t i = 0; i < spectrum->window; i++) {
        const uint32_t mirrored = i <= spectrum->window / 2 ? i : spectrum->window - i;
        window[i] = mnf_mul_high(window[i] * (1 << up), spectrum->hann[mirrored]);
    }
    for (uint32_t i = spectrum->window; i < spectrum->n_fft; i++) {
        window[i] = 0;
    }
    mnf_fft(spectrum->fft, window);
    // The transform is divided by n_fft, and times 2^(14 + up - 1). A power is its square, twice for negative
    // frequencies, times n_fft / sum(hann^2), which is 3 / 8 of the window.
    const float scale = mnf_power_of_2(1 - MNF_WINDOW_FRACTION - (int32_t)up);
    return scale * scale * (float)(int32_t)(16 * spectrum->n_fft) / (float)(int32_t)(3 * spectrum->window);
}

float mnf_spectrum_power(const mnf_spectrum_t *spectrum, const int32_t *transform, float factor, uint32_t first,
    uint32_t end) {
    float sum = 0;
    for (uint32_t k = first; k < end; k++) {
        const uint32_t last = spectrum->n_fft / 2;
        // Of bins 0 and n_fft / 2 there is one, without an imaginary part, and the pair of bin 0 holds both.
        const float re = (float)transform[k == last ? 1 : 2 * k];
        const float im = k == 0 || k == last ? 0.0f : (float)transform[2 * k + 1];
        const float square = re * re + im * im;
        sum += k == 0 || k == last ? square / 2 : square;
    }
    return sum * factor;
}
