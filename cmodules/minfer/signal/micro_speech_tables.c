// Tables of micro_speech.c. Reals are rounded to float32 where TensorFlow Lite Micro's tools round, by operations that
// give the same on every chip.
#include "fixed.h"
#include "micro_speech.h"
#include "real.h"

#define LN2 2977044472u // ln(2) * 2^32

// The nearest float32 to x / 2^32.
static float nearest(uint64_t x) {
    uint32_t shift = 0;
    while (x >> shift >> 24) {
        shift++;
    }
    const uint32_t mantissa = (uint32_t)((x + (((uint64_t)1 << shift) >> 1)) >> shift);
    return (float)mantissa * mnf_power_of_2((int32_t)shift - 32);
}

// x * 2^32 of an x from 0 to below 2^16; bits behind the point beyond 32 are dropped.
static uint64_t fixed(float x) {
    const uint32_t whole = (uint32_t)x;
    return (uint64_t)whole << 32 | (uint32_t)((x - (float)whole) * 4294967296.0f);
}

// 1127 ln(1 + frequency / 700)
static float mel(float frequency) {
    const uint64_t above = ((uint64_t)1 << 32) + fixed(frequency / 700.0f);
    const uint64_t log2 = (uint64_t)mnf_fixed_log2(above) - ((uint64_t)32 << 32);
    const uint64_t ln = (log2 >> 32) * LN2 + ((log2 & 0xFFFFFFFFu) * LN2 >> 32);
    return 1127.0f * nearest(ln);
}

uint32_t mnf_ms_filter_bank(const mnf_value_t *params, uint32_t n, uint16_t *widths, mnf_ms_weights_t *weights) {
    const uint32_t bands = (uint32_t)params[MNF_AUDIO_CHANNELS].integer + 1;
    const float step = (float)params[MNF_AUDIO_RATE].integer / (float)(2 * n);
    const float low = mel(params[MNF_MS_LOW].real);
    const float spacing = (mel(params[MNF_MS_HIGH].real) - low) / (float)bands;
    const uint32_t nearest_low = (uint32_t)(1.5f + params[MNF_MS_LOW].real / step);
    const uint32_t first = nearest_low < n ? nearest_low : n;
    uint32_t k = first;
    float previous = low;
    for (uint32_t band = 0; band < bands; band++) {
        const float centre = low + spacing * (float)(band + 1);
        const uint32_t start = k;
        for (; k < n; k++) {
            const float here = mel((float)k * step);
            if (here > centre) {
                break;
            }
            const float weight = (centre - here) / (centre - previous);
            weights->rising = (uint16_t)(weight * (1 << MNF_MS_WEIGHT_BITS));
            weights->falling = (uint16_t)((1.0f - weight) * (1 << MNF_MS_WEIGHT_BITS));
            weights++;
        }
        widths[band] = (uint16_t)(k - start);
        previous = centre;
    }
    return first;
}

void mnf_ms_window(int16_t *window, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t turn = (uint32_t)((((uint64_t)(2 * i + 1) << 32) / n + 1) / 2);
        const int64_t rise = ((int64_t)1 << 31) - mnf_cos_q31(turn); // up to 2^32
        window[i] = (int16_t)((rise + (1 << (31 - MNF_MS_WINDOW_BITS))) >> (32 - MNF_MS_WINDOW_BITS));
    }
}

static int64_t log2_of(float x) {
    int64_t scale = 0;
    for (; x >= 65536.0f; x *= mnf_power_of_2(-16)) {
        scale += (int64_t)16 << 32;
    }
    return mnf_fixed_log2(fixed(x)) + scale - ((int64_t)32 << 32);
}

static int16_t gain_at(const mnf_value_t *params, uint32_t input_bits, uint32_t x) {
    // float32 has 24 bits: of a larger x the lower ones are rounded away.
    const float level = nearest(x) * mnf_power_of_2(32 - (int32_t)input_bits) + params[MNF_MS_OFFSET].real;
    const int64_t strength = (int64_t)(params[MNF_MS_STRENGTH].real * 16777216.0f); // * 2^24
    const int64_t log2 = ((int64_t)params[MNF_MS_GAIN_BITS].integer << 32) - ((strength * log2_of(level)) >> 24);
    const int32_t whole = (int32_t)(log2 >> 32);
    if (whole >= 15) {
        return INT16_MAX;
    }
    if (whole < -1) {
        return 0;
    }
    // To float32's 24 bits, then to the nearest integer.
    const uint32_t mantissa = ((mnf_fixed_exp2((uint32_t)log2) >> 7) + 1) >> 1;
    const uint32_t shift = (uint32_t)(23 - whole);
    const uint32_t gain = (mantissa + (1u << (shift - 1))) >> shift;
    return gain > INT16_MAX ? INT16_MAX : (int16_t)gain;
}

void mnf_ms_gains(const mnf_value_t *params, uint32_t input_bits, int16_t *gains) {
    gains[0] = gain_at(params, input_bits, 0);
    gains[1] = gain_at(params, input_bits, 1);
    for (uint32_t bits = 2; bits <= 32; bits++) {
        const uint32_t x = 1u << (bits - 1);
        const int32_t start = gain_at(params, input_bits, x);
        const int32_t middle = gain_at(params, input_bits, x + x / 2) - start;
        const int32_t end = gain_at(params, input_bits, x + (x - 1) + (bits < 32)) - start;
        int16_t *quadratic = gains + 4 * bits - 6;
        quadratic[0] = (int16_t)start;
        quadratic[1] = (int16_t)(4 * middle - end);
        quadratic[2] = (int16_t)(2 * end - 4 * middle);
    }
}

void mnf_ms_logarithms(uint16_t *logarithms) {
    for (uint32_t i = 0; i < MNF_MS_LOGARITHMS; i++) {
        const int64_t above = mnf_fixed_log2(128 + i) - ((int64_t)7 << 32) - ((int64_t)i << 25);
        logarithms[i] = (uint16_t)((above + (1 << 15)) >> 16);
    }
}
