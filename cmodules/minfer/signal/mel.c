#include "mel.h"

#include <string.h>

#include "fixed.h"

// x, whose highest bit may be any; of values below 2^-126 none occurs.
static mnf_number_t normalised(uint32_t mantissa, int32_t exponent) {
    if (mantissa == 0) {
        return (mnf_number_t){ 0, MNF_NUMBER_ZERO };
    }
    const uint32_t zeros = mnf_leading_zeros(mantissa);
    return (mnf_number_t){ mantissa << zeros, exponent - (int32_t)zeros };
}

static mnf_number_t sum(mnf_number_t a, mnf_number_t b) {
    const mnf_number_t larger = a.exponent < b.exponent ? b : a, other = a.exponent < b.exponent ? a : b;
    const int32_t shift = larger.exponent - other.exponent;
    if (shift > 31) {
        return larger;
    }
    // Half of both, lest it overflow.
    return normalised((larger.mantissa >> 1) + (other.mantissa >> shift >> 1), larger.exponent + 1);
}

static mnf_number_t product(mnf_number_t a, mnf_number_t b) {
    const uint32_t high = mnf_mul_high_unsigned(a.mantissa, b.mantissa);
    return a.mantissa == 0 ? a : normalised(high, a.exponent + b.exponent + 32);
}

static bool is_less(mnf_number_t a, mnf_number_t b) {
    return a.exponent < b.exponent || (a.exponent == b.exponent && a.mantissa < b.mantissa);
}

int32_t mnf_mel_log(const mnf_mel_t *mel, mnf_number_t x) {
    // log2 * 2^24, below 2^31 in size; by the factor, * 2^(24 + 29 - 32).
    const int32_t log2 = (x.exponent + 31) * (1 << 24) + (mnf_log2_q30(x.mantissa) >> 6);
    return mnf_mul_high(log2, mel->factor);
}

static int32_t level(const mnf_mel_t *mel, mnf_number_t x) {
    const mnf_number_t shifted = sum(x, mel->offset);
    return mnf_mel_log(mel, is_less(shifted, mel->amin) ? mel->amin : shifted) - mel->ref;
}

// How far numbers can be shifted to the left, where `all` is the bitwise or of x ^ (x >> 31): to -2^31, or below 2^31.
static uint32_t headroom(int32_t all) {
    return 31 - mnf_bits((uint32_t)all | 1);
}

// Samples, through preemphasis, into data. Returns the exponent of the power of 2 they are multiplied by: as large as
// they allow, for the precision of what follows.
static int32_t load(mnf_mel_t *mel, const int16_t *samples, uint32_t n) {
    int32_t previous = mel->previous, all = previous ^ (previous >> 31);
    for (uint32_t i = 0; i < n; i++) {
        all |= samples[i] ^ (samples[i] >> 15);
    }
    const uint32_t shift = headroom(all);
    if (mel->preemphasis == 0) {
        for (uint32_t i = 0; i < n; i++) {
            mel->data[i] = samples[i] * (1 << shift);
        }
        return (int32_t)shift;
    }
    previous *= 1 << shift;
    all = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t value = samples[i] * (1 << shift);
        // Half of it, lest it overflow.
        const int32_t difference = (value >> 1) - mnf_mul_high(previous, mel->preemphasis);
        mel->data[i] = difference;
        all |= difference ^ (difference >> 31);
        previous = value;
    }
    mel->previous = samples[mel->hop - 1];
    // Much of a low tone is gone.
    const uint32_t more = headroom(all);
    for (uint32_t i = 0; more > 0 && i < n; i++) {
        mel->data[i] *= 1 << more;
    }
    return (int32_t)(shift + more) - 1;
}

// The spectrum of a window, in data. Returns the exponent of the power of 2 it is multiplied by.
static int32_t transform(mnf_mel_t *mel, const int16_t *samples) {
    const uint32_t n = mel->window < mel->n_fft ? mel->window : mel->n_fft;
    const uint32_t last = mel->window - mel->symmetric; // the mirror image of 0
    const int32_t shift = load(mel, samples, n);
    for (uint32_t i = 0; i < n; i++) {
        // Half of it, as mnf_fft wants: 2^30 at most.
        mel->data[i] = mnf_mul_high(mel->data[i], mel->half_window[2 * i <= last ? i : last - i]);
    }
    memset(mel->data + n, 0, (mel->n_fft - n) * sizeof(int32_t));
    mnf_fft(mel->fft, mel->data);
    mel->data[mel->n_fft] = mel->data[1];
    mel->data[mel->n_fft + 1] = mel->data[1] = 0;
    return shift - 1 - ((int32_t)mnf_bits(mel->n_fft) - 1);
}

// Sums over the bins of a segment, which all have one exponent: such that 15 bits hold the largest.
typedef struct {
    uint32_t all, rising;
    int32_t exponent;
} sums_t;

static sums_t sum_bins(const mnf_mel_t *mel, uint32_t first, const mnf_mel_segment_t *segment) {
    const int32_t *bin = mel->data + 2 * first, *end = mel->data + 2 * segment->end;
    sums_t sums = { 0, 0, 0 };
    int32_t size = 0;
    for (const int32_t *at = bin; at < end; at++) {
        size |= *at ^ (*at >> 31);
    }
    const uint32_t bits = mnf_bits((uint32_t)size), bins = segment->bits;
    const uint32_t shift = bits > 15 ? bits - 15 : 0;
    const int32_t half = (int32_t)(1u << shift >> 1);
    uint32_t weight = segment->rise;
    for (; bin < end; bin += 2, weight += segment->step) {
        // At most 2^15 in size, so that the energy is at most 2^31.
        const int32_t re = (bin[0] + half) >> shift, im = (bin[1] + half) >> shift;
        uint32_t energy = (uint32_t)(re * re) + (uint32_t)(im * im);
        if (mel->magnitude) {
            energy = mnf_fixed_sqrt((uint64_t)energy << 28);
        }
        energy >>= bins;
        sums.all += energy;
        sums.rising += mnf_mul_high_unsigned(energy, weight);
    }
    sums.exponent = (int32_t)bins + (mel->magnitude ? (int32_t)shift - 14 : 2 * (int32_t)shift);
    return sums;
}

void mnf_mel_frame(mnf_mel_t *mel, const int16_t *samples, int32_t *total) {
    // Samples of 2^15 are 1.
    const int32_t unit = -15 - transform(mel, samples);
    const int32_t exponent = mel->magnitude ? unit : 2 * unit;
    mnf_number_t all = { 0, MNF_NUMBER_ZERO }, risen = all;
    uint32_t first = mel->segments[0].end;
    for (uint32_t i = 1; i < mel->mels + 2; i++) {
        const mnf_mel_segment_t *segment = &mel->segments[i];
        const sums_t sums = sum_bins(mel, first, segment);
        if (i >= 2) {
            const mnf_number_t falling = normalised(sums.all - sums.rising, sums.exponent + exponent);
            mel->logs[i - 2] = level(mel, product(sum(risen, falling), mel->gains[i - 2]));
        }
        risen = normalised(sums.rising, sums.exponent + exponent);
        all = sum(all, normalised(sums.all, sums.exponent + exponent));
        first = segment->end;
    }
    if (total != NULL) {
        const uint32_t bins = mel->n_fft / 2 + 1;
        const mnf_mel_segment_t above = { 0, 0, (uint16_t)bins, (uint16_t)mnf_bits(bins - first) };
        const sums_t low = sum_bins(mel, 0, &mel->segments[0]), high = sum_bins(mel, first, &above);
        all = sum(all, normalised(low.all, low.exponent + exponent));
        *total = level(mel, sum(all, normalised(high.all, high.exponent + exponent)));
    }
}

void mnf_mel_reset(mnf_mel_t *mel) {
    mel->previous = 0;
}

static const mnf_param_t params[] = {
    MNF_AUDIO_PARAM_RATE(16000),
    MNF_AUDIO_PARAM_WINDOW(480),
    MNF_AUDIO_PARAM_HOP(320),
    MNF_AUDIO_PARAM_FRAMES(49),
    MNF_AUDIO_PARAM_EVERY,
    { "mels", MNF_INTEGER, NULL, 40, 1, MNF_MEL_MAX_BANDS },
    MNF_AUDIO_PARAM_SCALE,
    MNF_AUDIO_PARAM_ZERO_POINT,
    MNF_MEL_PARAMS,
};

static size_t size(const mnf_value_t *values, mnf_refusal_t *refusal) {
    return mnf_mel_size(values, (uint32_t)values[MNF_AUDIO_CHANNELS].integer, refusal);
}

static void init(void *state, const mnf_value_t *values) {
    mnf_mel_init(state, values, (uint32_t)values[MNF_AUDIO_CHANNELS].integer);
}

static void reset(void *state) {
    mnf_mel_reset(state);
}

static void frame(void *state, const int16_t *samples, void *out) {
    mnf_mel_t *mel = state;
    float *features = out;
    mnf_mel_frame(mel, samples, NULL);
    for (uint32_t i = 0; i < mel->mels; i++) {
        features[i] = (float)mel->logs[i] * MNF_MEL_LOG_UNIT;
    }
}

const mnf_audio_kind_t mnf_log_mel = {
    "LogMel", true, sizeof(params) / sizeof(*params), params, size, init, reset, frame,
};
