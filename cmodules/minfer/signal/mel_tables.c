// The tables of mel.h from its parameters, in float32: slow, and once.
#include "mel.h"

#include <string.h>

#include "fixed.h"

#define SLANEY_LINEAR (200.0f / 3) // hertz a mel, up to 1000 Hz
#define SLANEY_CORNER 15.0f        // mel at 1000 Hz
#define SLANEY_STEP 0.06875178f    // log(6.4) / 27 a mel, above
#define HTK_FACTOR 1127.0105f      // 2595 / log(10)
#define HTK_CORNER 700.0f

static float to_mel(float hertz, int32_t scale) {
    if (scale == MNF_MEL_HTK) {
        return HTK_FACTOR * mnf_log(1 + hertz / HTK_CORNER);
    }
    return hertz < 1000 ? hertz / SLANEY_LINEAR : SLANEY_CORNER + mnf_log(hertz / 1000) / SLANEY_STEP;
}

static float to_hertz(float mels, int32_t scale) {
    if (scale == MNF_MEL_HTK) {
        return HTK_CORNER * (mnf_exp(mels / HTK_FACTOR) - 1);
    }
    return mels < SLANEY_CORNER ? mels * SLANEY_LINEAR : 1000 * mnf_exp((mels - SLANEY_CORNER) * SLANEY_STEP);
}

// x >= 2^-126, or 0.
static mnf_number_t number(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    const mnf_number_t zero = { 0, MNF_NUMBER_ZERO };
    return x > 0 ? (mnf_number_t){ (bits | 0x800000) << 8, (int32_t)(bits >> 23) - 127 - 31 } : zero;
}

static float highest(const mnf_value_t *params) {
    const float high = params[MNF_MEL_HIGH].real;
    return high > 0 ? high : (float)params[MNF_AUDIO_RATE].integer / 2;
}

static uint32_t n_half_window(const mnf_value_t *params) {
    return (uint32_t)params[MNF_AUDIO_WINDOW].integer / 2 + 1;
}

void *mnf_place(uint8_t *base, size_t *used, size_t size) {
    uint8_t *at = base == NULL ? NULL : base + *used;
    *used += (size + 7) & ~(size_t)7;
    return at;
}

// Where everything lies from `base` on, and how much that is.
static size_t lay_out(mnf_mel_t *mel, uint8_t *base, const mnf_value_t *params, uint32_t mels) {
    const uint32_t n_fft = (uint32_t)params[MNF_MEL_N_FFT].integer;
    size_t used = 0;
    mnf_place(base, &used, sizeof(mnf_mel_t));
    mel->half_window = mnf_place(base, &used, n_half_window(params) * sizeof(int32_t));
    mel->segments = mnf_place(base, &used, (mels + 2) * sizeof(mnf_mel_segment_t));
    mel->gains = mnf_place(base, &used, mels * sizeof(mnf_number_t));
    mel->logs = mnf_place(base, &used, mels * sizeof(int32_t));
    mel->data = mnf_place(base, &used, (n_fft + 2) * sizeof(int32_t));
    mel->fft = mnf_place(base, &used, mnf_fft_size(n_fft));
    return used;
}

size_t mnf_mel_size(const mnf_value_t *params, uint32_t mels, mnf_refusal_t *refusal) {
    const int32_t n_fft = params[MNF_MEL_N_FFT].integer;
    const int32_t window = params[MNF_AUDIO_WINDOW].integer;
    const int32_t hop = params[MNF_AUDIO_HOP].integer;
    const float nyquist = (float)params[MNF_AUDIO_RATE].integer / 2;
    const float low = params[MNF_MEL_LOW].real, high = highest(params);
    const float offset = params[MNF_MEL_OFFSET].real;
    if (mnf_fft_size((uint32_t)n_fft) == 0) {
        return mnf_refuse_param(refusal, "n_fft", "expected a power of 2, up to %g, found %g", 4096, n_fft);
    }
    // Without a window function it is cut off, as numpy.fft.rfft(frame, n) and so speechpy do.
    if (window > n_fft && params[MNF_MEL_WINDOW_FUNCTION].integer != MNF_MEL_NO_WINDOW) {
        return mnf_refuse_param(refusal, "window", "expected at most %g, which is n_fft, found %g", n_fft, window);
    }
    if (hop > window && params[MNF_MEL_PREEMPHASIS].real > 0) {
        return mnf_refuse_param(refusal, "hop", "expected at most %g, the window, with preemphasis, found %g", window,
            hop);
    }
    if (high > nyquist) {
        return mnf_refuse_param(refusal, "high", "expected at most %g, half of the rate, found %g", nyquist, high);
    }
    if (!(low < high)) {
        return mnf_refuse_param(refusal, "low", "expected below %g, which is high, found %g", high, low);
    }
    if (offset > 0 && offset < MNF_MEL_LEAST) {
        return mnf_refuse_param(refusal, "offset", "expected 0, or at least %g, found %g", MNF_MEL_LEAST, offset);
    }
    mnf_mel_t mel;
    return lay_out(&mel, NULL, params, mels);
}

// a - b cos, over one turn in n or n - 1 samples; both ends are the same.
static void make_window(mnf_mel_t *mel, int32_t function) {
    const uint32_t period = mel->window - mel->symmetric;
    const bool is_hann = function == MNF_MEL_HANN || function == MNF_MEL_HANN_SYMMETRIC;
    const uint32_t a = is_hann ? 0x40000000 : 1159641170; // 0.54 * 2^31
    const int32_t b = is_hann ? 0x7fffffff : 1975684956;  // 0.92 * 2^31
    for (uint32_t i = 0; i <= period / 2; i++) {
        const uint32_t turns = (uint32_t)(((uint64_t)i << 32) / period);
        const uint32_t value = a - (uint32_t)mnf_mul_high(mnf_cos_q31(turns), b);
        mel->half_window[i] = function == MNF_MEL_NO_WINDOW || value > INT32_MAX ? INT32_MAX : (int32_t)value;
    }
}

// The first whole number that is not below x, which is 0 to 4096.
static uint32_t ceiling(float x) {
    const uint32_t whole = (uint32_t)x;
    return whole + ((float)whole < x);
}

// Weights of the bins from corner `from` to corner `to`, both in bins.
static void make_segment(mnf_mel_segment_t *segment, uint32_t first, float from, float to) {
    segment->end = (uint16_t)ceiling(to);
    const uint32_t n = segment->end > first ? segment->end - first : 0;
    segment->bits = (uint16_t)mnf_bits(n);
    segment->rise = segment->step = 0;
    if (n > 0) {
        const float rise = ((float)first - from) / (to - from);
        segment->rise = rise < 1 ? (uint32_t)(rise * 4294967296.0f) : UINT32_MAX;
    }
    if (n > 1) {
        // The last weight is below 1 whatever was rounded.
        const uint32_t most = (UINT32_MAX - segment->rise) / (n - 1);
        const float step = 4294967296.0f / (to - from);
        const uint32_t whole = step < 4294967040.0f ? (uint32_t)step : UINT32_MAX;
        segment->step = whole < most ? whole : most;
    }
}

static void make_tables(mnf_mel_t *mel, const mnf_value_t *params) {
    const float rate = (float)params[MNF_AUDIO_RATE].integer, n_fft = (float)mel->n_fft;
    const int32_t scale = params[MNF_MEL_MEL_SCALE].integer;
    const bool whole = params[MNF_MEL_EDGES].integer == MNF_MEL_EDGES_BINS;
    const float low = to_mel(params[MNF_MEL_LOW].real, scale), high = to_mel(highest(params), scale);
    float hertz[3] = { 0, 0, 0 }; // of the last corners
    float before = 0;             // the last corner but one, in bins
    make_window(mel, params[MNF_MEL_WINDOW_FUNCTION].integer);
    for (uint32_t i = 0; i < mel->mels + 2; i++) {
        hertz[0] = hertz[1];
        hertz[1] = hertz[2];
        hertz[2] = i == 0 ? params[MNF_MEL_LOW].real
            : i == mel->mels + 1 ? highest(params)
            : to_hertz(low + (high - low) * (float)i / (float)(mel->mels + 1), scale);
        // Corners at bins lie where speechpy puts them.
        const float corner = whole ? (float)(uint32_t)((n_fft + 1) * hertz[2] / rate) : n_fft * hertz[2] / rate;
        if (i == 0) {
            // The bins below all bands, and the one at their first corner: none hides a faint one in the first band.
            mel->segments[0] = (mnf_mel_segment_t){ 0, 0, 0, 0 };
            mel->segments[0].end = (uint16_t)((uint32_t)corner + 1);
            mel->segments[0].bits = (uint16_t)mnf_bits(mel->segments[0].end);
        } else {
            make_segment(&mel->segments[i], mel->segments[i - 1].end, before, corner);
        }
        before = corner;
        if (i >= 2) {
            const bool plain = params[MNF_MEL_NORM].integer == MNF_MEL_NORM_NONE;
            mel->gains[i - 2] = number(plain ? 1.0f : 2 / (hertz[2] - hertz[0]));
        }
    }
}

void mnf_mel_init(mnf_mel_t *mel, const mnf_value_t *params, uint32_t mels) {
    // log2 into ln, log10 and 10 log10, times 2^29.
    static const int32_t factors[] = { 372130559, 161614248, 1616142483 };
    const uint32_t function = (uint32_t)params[MNF_MEL_WINDOW_FUNCTION].integer;
    const float amin = params[MNF_MEL_AMIN].real, ref = params[MNF_MEL_REF].real;
    lay_out(mel, (uint8_t *)mel, params, mels);
    mel->window = (uint32_t)params[MNF_AUDIO_WINDOW].integer;
    mel->hop = (uint32_t)params[MNF_AUDIO_HOP].integer;
    mel->n_fft = (uint32_t)params[MNF_MEL_N_FFT].integer;
    mel->mels = mels;
    mel->magnitude = params[MNF_MEL_POWER].integer == 1;
    mel->symmetric = function == MNF_MEL_HANN_SYMMETRIC || function == MNF_MEL_HAMMING_SYMMETRIC;
    mel->preemphasis = (int32_t)(params[MNF_MEL_PREEMPHASIS].real * 2147483648.0f);
    mel->offset = number(params[MNF_MEL_OFFSET].real);
    mel->amin = number(amin);
    mel->factor = factors[params[MNF_MEL_LOG].integer];
    mel->ref = mnf_mel_log(mel, number(ref > amin ? ref : amin));
    mnf_fft_init(mel->fft, mel->n_fft);
    make_tables(mel, params);
}
