// The audio front end of TensorFlow Lite Micro: Hann window, FFT, mel filter bank, noise reduction, per-channel
// automatic gain control (PCAN), logarithm, int8; all in the integers of its signal library, and rounded as there.
#include "micro_speech.h"

#include <string.h>

#include "fixed.h"

#define PORTION_BITS 14 // of smoothing and min_signal_remaining
#define SNR_BITS 12     // behind the point of signal times gain
#define OUTPUT_BITS 6   // behind the point of what PCAN gives
#define INTERVALS_LOG2 7
#define LOG_BITS 16
#define LN2 45426 // ln(2) * 2^16

typedef struct {
    mnf_fft_int16_t fft;
    uint32_t n_samples, first, channels;
    uint32_t correction_bits; // the FFT divides by more than the square root of the filter bank's scale makes good for
    uint32_t smoothing_bits, snr_shift, log_shift, full_scale;
    uint32_t smoothing[2];    // of even and odd channels
    uint32_t min_signal_remaining;
    bool clamping, pcan;
    int16_t *window;
    mnf_bin_t *bins;
    uint16_t *widths;
    mnf_ms_weights_t *weights;
    uint32_t *noise; // of each channel: the estimate, with smoothing_bits behind the point
    int16_t *gains;
    uint16_t *logarithms;
} state_t;

static const mnf_param_t params[] = {
    MNF_AUDIO_PARAM_RATE(16000),
    // Below 33 samples the gain control has no bits left.
    { "window", MNF_INTEGER, NULL, 480, 33, MNF_AUDIO_MAX_WINDOW },
    MNF_AUDIO_PARAM_HOP(320),
    MNF_AUDIO_PARAM_FRAMES(49),
    MNF_AUDIO_PARAM_EVERY,
    { "channels", MNF_INTEGER, NULL, 40, 1, 256 },
    { "low", MNF_REAL, NULL, 125, 0, 96000 },
    { "high", MNF_REAL, NULL, 7500, 0, 96000 },
    { "smoothing_bits", MNF_INTEGER, NULL, 10, 6, 14 },
    { "even_smoothing", MNF_REAL, NULL, 0.025f, 0, 1 },
    { "odd_smoothing", MNF_REAL, NULL, 0.06f, 0, 1 },
    { "min_signal_remaining", MNF_REAL, NULL, 0.05f, 0, 1 },
    { "clamping", MNF_INTEGER, NULL, 0, 0, 1 },
    { "pcan", MNF_INTEGER, NULL, 1, 0, 1 },
    { "strength", MNF_REAL, NULL, 0.95f, 0, 1 },
    { "offset", MNF_REAL, NULL, 80, 0.01f, 1e6f },
    { "gain_bits", MNF_INTEGER, NULL, 21, 19, 31 },
    { "log_shift", MNF_INTEGER, NULL, 6, 0, 10 },
    { "full_scale", MNF_INTEGER, NULL, 666, 1, 65535 },
};

static uint32_t n_bins(const mnf_value_t *values) {
    uint32_t n = 32;
    while (2 * n < (uint32_t)values[MNF_AUDIO_WINDOW].integer) {
        n *= 2;
    }
    return n;
}

static void *place(uint8_t *base, size_t *used, size_t size) {
    uint8_t *at = base == NULL ? NULL : base + *used;
    *used += (size + 7) & ~(size_t)7;
    return at;
}

// Where everything lies from `base` on, and how much that is.
static size_t lay_out(state_t *s, uint8_t *base, const mnf_value_t *values) {
    const uint32_t n = n_bins(values);
    const size_t channels = (size_t)values[MNF_AUDIO_CHANNELS].integer;
    size_t used = 0;
    place(base, &used, sizeof(state_t));
    s->fft.stages = place(base, &used, mnf_fft_int16_size(n));
    s->window = place(base, &used, (size_t)values[MNF_AUDIO_WINDOW].integer * sizeof(int16_t));
    s->bins = place(base, &used, n * sizeof(mnf_bin_t));
    s->widths = place(base, &used, (channels + 1) * sizeof(uint16_t));
    s->weights = place(base, &used, n * sizeof(mnf_ms_weights_t));
    s->noise = place(base, &used, channels * sizeof(uint32_t));
    s->gains = place(base, &used, (MNF_MS_GAINS + 1) * sizeof(int16_t));
    s->logarithms = place(base, &used, MNF_MS_LOGARITHMS * sizeof(uint16_t));
    return used;
}

static size_t size(const mnf_value_t *values, mnf_refusal_t *refusal) {
    const float half_rate = (float)values[MNF_AUDIO_RATE].integer / 2;
    const float low = values[MNF_MS_LOW].real;
    const float high = values[MNF_MS_HIGH].real;
    if (high >= half_rate) {
        return mnf_refuse_param(refusal, "high", "expected below %g, half of the rate, found %g", half_rate, high);
    }
    if (low >= high) {
        return mnf_refuse_param(refusal, "low", "expected below %g, which is high, found %g", high, low);
    }
    state_t s;
    return lay_out(&s, NULL, values);
}

static uint32_t portion(float part) {
    return (uint32_t)(part * (1 << PORTION_BITS));
}

static void init(void *memory, const mnf_value_t *values) {
    state_t *s = memory;
    const uint32_t n = n_bins(values);
    lay_out(s, memory, values);
    s->n_samples = (uint32_t)values[MNF_AUDIO_WINDOW].integer;
    s->channels = (uint32_t)values[MNF_AUDIO_CHANNELS].integer;
    s->correction_bits = mnf_bits(n) - MNF_MS_WEIGHT_BITS / 2;
    s->smoothing_bits = (uint32_t)values[MNF_MS_SMOOTHING_BITS].integer;
    s->snr_shift = (uint32_t)values[MNF_MS_GAIN_BITS].integer - s->correction_bits - SNR_BITS;
    s->log_shift = (uint32_t)values[MNF_MS_LOG_SHIFT].integer;
    s->full_scale = (uint32_t)values[MNF_MS_FULL_SCALE].integer;
    s->smoothing[0] = portion(values[MNF_MS_EVEN_SMOOTHING].real);
    s->smoothing[1] = portion(values[MNF_MS_ODD_SMOOTHING].real);
    s->min_signal_remaining = portion(values[MNF_MS_MIN_SIGNAL_REMAINING].real);
    s->clamping = values[MNF_MS_CLAMPING].integer != 0;
    s->pcan = values[MNF_MS_PCAN].integer != 0;
    mnf_fft_int16_init(&s->fft, n, s->fft.stages);
    mnf_ms_window(s->window, s->n_samples);
    s->first = mnf_ms_filter_bank(values, n, s->widths, s->weights);
    mnf_ms_gains(values, s->smoothing_bits - s->correction_bits, s->gains);
    mnf_ms_logarithms(s->logarithms);
}

static void reset(void *memory) {
    state_t *s = memory;
    memset(s->noise, 0, s->channels * sizeof(*s->noise));
}

// Pairs of samples, windowed, to where the transform wants them. Returns all bits that are set in some magnitude.
static uint32_t put_samples(const state_t *s, const int16_t *samples) {
    const int16_t *window = s->window;
    uint32_t magnitudes = 0;
    uint32_t at = 0;
    memset(s->bins, 0, s->fft.n * sizeof(*s->bins));
    for (uint32_t left = s->n_samples;;) {
        const int32_t re = (*samples++ * *window++) >> MNF_MS_WINDOW_BITS;
        const int32_t im = left == 1 ? 0 : (*samples++ * *window++) >> MNF_MS_WINDOW_BITS;
        const int32_t re_sign = re >> 31, im_sign = im >> 31;
        magnitudes |= (uint32_t)((re ^ re_sign) - re_sign) | (uint32_t)((im ^ im_sign) - im_sign);
        s->bins[at].z = (mnf_complex16_t){ (int16_t)re, (int16_t)im };
        if (left <= 2) {
            return magnitudes;
        }
        left -= 2;
        at = mnf_fft_int16_next(&s->fft, at);
    }
}

// The energies of a band times weights of 12 bits: high and low halves of 15 such products fit into 32 bits each.
static const mnf_bin_t *add_band(const mnf_bin_t *bin, uint32_t width, const mnf_ms_weights_t *weights,
    uint64_t *rising, uint64_t *falling) {
    while (width != 0) {
        uint32_t rising_low = 0, rising_high = 0, falling_low = 0, falling_high = 0;
        uint32_t some = width < 15 ? width : 15;
        width -= some;
        for (; some != 0; some--, bin++, weights++) {
            const uint32_t low = bin->energy & 0xFFFF, high = bin->energy >> 16;
            rising_low += low * weights->rising;
            rising_high += high * weights->rising;
            falling_low += low * weights->falling;
            falling_high += high * weights->falling;
        }
        *rising += ((uint64_t)rising_high << 16) + rising_low;
        *falling += ((uint64_t)falling_high << 16) + falling_low;
    }
    return bin;
}

// a * portion + b * (1 - portion), rounded down; 32-bit products of 16-bit halves.
static uint32_t mixed(uint32_t a, uint32_t b, uint32_t portion) {
    const uint32_t rest = (1 << PORTION_BITS) - portion;
    const uint32_t low = (a & 0xFFFF) * portion + (b & 0xFFFF) * rest;
    const uint32_t high = (a >> 16) * portion + (b >> 16) * rest;
    return (high << (16 - PORTION_BITS)) + (low >> PORTION_BITS);
}

// What of a channel's signal is above its noise, whose estimate follows the signal.
static uint32_t reduce_noise(const state_t *s, uint32_t channel, uint32_t signal) {
    const uint32_t level = signal << s->smoothing_bits;
    uint32_t noise = mixed(level, s->noise[channel], s->smoothing[channel & 1]);
    s->noise[channel] = noise;
    if (noise > level) {
        noise = level;
        if (s->clamping) {
            s->noise[channel] = noise;
        }
    }
    const uint32_t least = mixed(signal, 0, s->min_signal_remaining);
    const uint32_t above = (level - noise) >> s->smoothing_bits;
    return above > least ? above : least;
}

static uint32_t gain_for(const int16_t *gains, uint32_t noise) {
    if (noise <= 2) {
        return (uint32_t)gains[noise];
    }
    const uint32_t bits = mnf_bits(noise);
    const int16_t *quadratic = gains + 4 * bits - 6;
    const int32_t part = (int32_t)((bits < 11 ? noise << (11 - bits) : noise >> (bits - 11)) & 0x3FF);
    // At most (2^15 * 1023 / 2^5 + 2^20) * 1023 in size, below 2^31 - 2^14.
    const int32_t slope = ((quadratic[2] * part) >> 5) + quadratic[1] * 32;
    return (uint32_t)(int32_t)(int16_t)(((slope * part + (1 << 14)) >> 15) + quadratic[0]);
}

static uint32_t control_gain(const state_t *s, uint32_t noise, uint32_t signal) {
    const uint32_t gain = gain_for(s->gains, noise);
    const uint64_t product = ((uint64_t)((signal >> 16) * gain) << 16) + (signal & 0xFFFF) * gain;
    const uint32_t snr = (uint32_t)(product >> s->snr_shift);
    // Below 2 a quarter of the square, from there on 1 less.
    if (snr < 2 << SNR_BITS) {
        return (snr * snr) >> (2 + 2 * SNR_BITS - OUTPUT_BITS);
    }
    return (snr >> (SNR_BITS - OUTPUT_BITS)) - (1 << OUTPUT_BITS);
}

// ln(x) * 2^log_shift of x > 1, between the table's points by a straight line.
static uint32_t logarithm(const state_t *s, uint32_t x) {
    const uint32_t whole = mnf_bits(x) - 1;
    const uint32_t above = x - (1u << whole);
    const uint32_t part = whole < LOG_BITS ? above << (LOG_BITS - whole) : above >> (whole - LOG_BITS);
    const uint32_t interval = part >> (LOG_BITS - INTERVALS_LOG2);
    const int32_t start = s->logarithms[interval];
    const int32_t slope = s->logarithms[interval + 1] - start;
    const int32_t within = (int32_t)(part & ((1 << (LOG_BITS - INTERVALS_LOG2)) - 1));
    const uint32_t log2 = (uint32_t)((int32_t)part + start + ((slope * within) >> LOG_BITS)); // below 2^16
    const uint32_t half = 1 << (LOG_BITS - 1);
    const uint32_t ln = whole * LN2 + ((log2 * LN2 + half) >> LOG_BITS);
    return ((ln << s->log_shift) + half) >> LOG_BITS;
}

// Where 16 bits suffice for the root but for its rounding, it is not rounded up.
static uint32_t magnitude(uint64_t energy) {
    const uint32_t root = mnf_fixed_sqrt(energy);
    return root == 0x10000 && energy >> 32 == 0 ? 0xFFFF : root;
}

static int8_t quantised(const state_t *s, uint32_t feature) {
    const uint32_t value = (feature * 256 + s->full_scale / 2) / s->full_scale;
    return (int8_t)((int32_t)(value > 255 ? 255 : value) - 128);
}

static void frame(void *memory, const int16_t *samples, void *out) {
    state_t *s = memory;
    int8_t *features = out;
    // The samples count as if the greatest had 15 bits.
    const uint32_t bits = mnf_bits(put_samples(s, samples));
    const uint32_t shift = bits == 0 || bits > 15 ? 0 : 15 - bits;
    mnf_fft_int16_energies(&s->fft, s->bins, shift);

    // A band rises to one channel and falls from the channel before.
    uint64_t rising = 0;
    const mnf_ms_weights_t *weights = s->weights;
    const mnf_bin_t *bin = s->bins + s->first;
    for (uint32_t band = 0; band <= s->channels; band++) {
        uint64_t energy = rising;
        rising = 0;
        bin = add_band(bin, s->widths[band], weights, &energy, &rising);
        weights += s->widths[band];
        if (band == 0) {
            continue;
        }
        const uint32_t channel = band - 1;
        uint32_t signal = reduce_noise(s, channel, magnitude(energy) >> shift);
        if (s->pcan) {
            signal = control_gain(s, s->noise[channel], signal);
        }
        signal <<= s->correction_bits;
        const uint32_t feature = signal > 1 ? logarithm(s, signal) : 0;
        features[channel] = quantised(s, feature);
    }
}

const mnf_audio_kind_t mnf_micro_speech = {
    .name = "MicroSpeech",
    .real = false,
    .n_params = MNF_MS_N_PARAMS,
    .params = params,
    .size = size,
    .init = init,
    .reset = reset,
    .frame = frame,
};
