// Mel-frequency cepstral coefficients: the orthonormal cosine transform (type 2) of a log-mel frame.
#include "mel.h"

#include "fixed.h"

enum { MELS = MNF_MEL_OWN, LIFTER, FIRST };
enum { CEPSTRUM, ENERGY };

typedef struct {
    uint32_t coefficients;
    bool energy;      // the first coefficient is the logarithm of the frame's energy
    float *factors;   // of each coefficient: orthonormal, liftered
    int32_t *cosines; // cos(2 pi i / (4 mels)) * 2^31
    mnf_mel_t *mel;
} state_t;

static const mnf_param_t params[] = {
    MNF_AUDIO_PARAM_RATE(16000),
    MNF_AUDIO_PARAM_WINDOW(480),
    MNF_AUDIO_PARAM_HOP(320),
    MNF_AUDIO_PARAM_FRAMES(49),
    MNF_AUDIO_PARAM_EVERY,
    { "coefficients", MNF_INTEGER, NULL, 13, 1, MNF_MEL_MAX_BANDS },
    MNF_AUDIO_PARAM_SCALE,
    MNF_AUDIO_PARAM_ZERO_POINT,
    MNF_MEL_PARAMS,
    { "mels", MNF_INTEGER, NULL, 40, 1, MNF_MEL_MAX_BANDS },
    { "lifter", MNF_INTEGER, NULL, 0, 0, 1000 },
    { "first", MNF_WORD, "cepstrum|energy", CEPSTRUM, 0, 0 },
};

// Where everything lies from `base` on, and how much that is without the log-mel's state, which is last.
static size_t lay_out(state_t *s, uint8_t *base, const mnf_value_t *values) {
    size_t used = 0;
    mnf_place(base, &used, sizeof(state_t));
    s->factors = mnf_place(base, &used, (size_t)values[MNF_AUDIO_CHANNELS].integer * sizeof(float));
    s->cosines = mnf_place(base, &used, 4 * (size_t)values[MELS].integer * sizeof(int32_t));
    s->mel = mnf_place(base, &used, 0);
    return used;
}

static size_t size(const mnf_value_t *values, mnf_refusal_t *refusal) {
    const int32_t coefficients = values[MNF_AUDIO_CHANNELS].integer, mels = values[MELS].integer;
    if (coefficients > mels) {
        return mnf_refuse_param(refusal, "coefficients", "expected at most %g, which is mels, found %g", mels,
            coefficients);
    }
    state_t s;
    const size_t mel = mnf_mel_size(values, (uint32_t)mels, refusal);
    return mel == 0 ? 0 : lay_out(&s, NULL, values) + mel;
}

static void init(void *state, const mnf_value_t *values) {
    state_t *s = state;
    const uint32_t mels = (uint32_t)values[MELS].integer, lifter = (uint32_t)values[LIFTER].integer;
    lay_out(s, state, values);
    s->coefficients = (uint32_t)values[MNF_AUDIO_CHANNELS].integer;
    s->energy = values[FIRST].integer == ENERGY;
    for (uint32_t i = 0; i < s->coefficients; i++) {
        // 1 + lifter / 2 sin(pi (i + 1) / lifter), as librosa.
        const uint32_t turns = lifter == 0 ? 0 : (uint32_t)(((uint64_t)(i + 1) << 31) / lifter);
        const float sine = (float)mnf_cos_q31(turns - 0x40000000) * (1.0f / 2147483648.0f);
        s->factors[i] = mnf_sqrt((i == 0 ? 1.0f : 2.0f) / (float)mels) * (1 + (float)lifter / 2 * sine);
    }
    for (uint32_t i = 0; i < 4 * mels; i++) {
        s->cosines[i] = mnf_cos_q31((uint32_t)(((uint64_t)i << 32) / (4 * mels)));
    }
    mnf_mel_init(s->mel, values, mels);
}

static void reset(void *state) {
    mnf_mel_reset(((state_t *)state)->mel);
}

// sum(logs[j] cos(pi k (j + 1/2) / mels)), in MNF_MEL_LOG_UNIT.
static float transformed(const state_t *s, uint32_t k) {
    const uint32_t mels = s->mel->mels;
    int64_t sum = 0;
    uint32_t angle = k; // in turns of 1 / (4 mels)
    for (uint32_t j = 0; j < mels; j++) {
        sum += mnf_mul_high(s->mel->logs[j], s->cosines[angle]);
        angle += 2 * k;
        angle -= angle >= 4 * mels ? 4 * mels : 0;
    }
    // The sum has 40 bits at most: both parts are exact as floats.
    return 2 * ((float)(int32_t)(sum >> 16) * 65536.0f + (float)(int32_t)(sum & 0xffff));
}

static void frame(void *state, const int16_t *samples, void *out) {
    const state_t *s = state;
    float *features = out;
    int32_t energy;
    mnf_mel_frame(s->mel, samples, s->energy ? &energy : NULL);
    for (uint32_t k = 0; k < s->coefficients; k++) {
        features[k] = transformed(s, k) * (s->factors[k] * MNF_MEL_LOG_UNIT);
    }
    if (s->energy) {
        features[0] = (float)energy * MNF_MEL_LOG_UNIT;
    }
}

const mnf_audio_kind_t mnf_mfcc = {
    "MFCC", true, sizeof(params) / sizeof(*params), params, size, init, reset, frame,
};
