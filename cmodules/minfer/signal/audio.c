#include "audio.h"

#include <string.h>

size_t mnf_refuse_param(mnf_refusal_t *refusal, const char *name, const char *text, float expected, float found) {
    *refusal = (mnf_refusal_t){ name, text, expected, found };
    return 0;
}

void mnf_audio_defaults(const mnf_audio_kind_t *kind, mnf_value_t *params) {
    for (uint32_t i = 0; i < kind->n_params; i++) {
        if (kind->params[i].type == MNF_REAL) {
            params[i].real = kind->params[i].initial;
        } else {
            params[i].integer = (int32_t)kind->params[i].initial;
        }
    }
}

static size_t aligned(size_t size) {
    return (size + 7) & ~(size_t)7;
}

typedef struct {
    size_t state, mean, std, real, samples, ring, end;
} layout_t;

static layout_t lay_out(const mnf_audio_kind_t *kind, const mnf_value_t *params, size_t state_size) {
    const size_t channels = (size_t)params[MNF_AUDIO_CHANNELS].integer;
    const bool stays_real = kind->real && !(params[MNF_AUDIO_SCALE].real > 0);
    const size_t reals = kind->real ? aligned(channels * sizeof(float)) : 0;
    const size_t features = channels * (size_t)params[MNF_AUDIO_FRAMES].integer * (stays_real ? sizeof(float) : 1);
    layout_t at;
    at.state = 0;
    at.mean = aligned(state_size);
    at.std = at.mean + reals;
    at.real = at.std + reals;
    at.samples = at.real + reals;
    at.ring = at.samples + aligned((size_t)params[MNF_AUDIO_WINDOW].integer * sizeof(int16_t));
    at.end = at.ring + aligned(features);
    return at;
}

static bool in_range(const mnf_param_t *param, mnf_value_t value, mnf_refusal_t *refusal) {
    if (param->type == MNF_WORD) {
        return true; // who found the word gave its index
    }
    const float found = param->type == MNF_REAL ? value.real : (float)value.integer;
    if (!(found >= param->least)) {
        return mnf_refuse_param(refusal, param->name, "expected at least %g, found %g", param->least, found);
    }
    if (!(found <= param->most)) {
        return mnf_refuse_param(refusal, param->name, "expected at most %g, found %g", param->most, found);
    }
    return true;
}

size_t mnf_audio_size(const mnf_audio_kind_t *kind, const mnf_value_t *params, mnf_refusal_t *refusal) {
    for (uint32_t i = 0; i < kind->n_params; i++) {
        if (!in_range(&kind->params[i], params[i], refusal)) {
            return 0;
        }
    }
    const size_t state_size = kind->size(params, refusal);
    return state_size == 0 ? 0 : lay_out(kind, params, state_size).end;
}

void mnf_audio_init(mnf_audio_t *audio, void *memory, const mnf_audio_kind_t *kind, const mnf_value_t *params) {
    mnf_refusal_t refusal;
    const layout_t at = lay_out(kind, params, kind->size(params, &refusal));
    uint8_t *base = memory;
    memset(audio, 0, sizeof(*audio));
    audio->kind = kind;
    audio->state = base + at.state;
    audio->samples = (int16_t *)(void *)(base + at.samples);
    audio->ring = base + at.ring;
    audio->rate = (uint32_t)params[MNF_AUDIO_RATE].integer;
    audio->window = (uint32_t)params[MNF_AUDIO_WINDOW].integer;
    audio->hop = (uint32_t)params[MNF_AUDIO_HOP].integer;
    audio->frames = (uint32_t)params[MNF_AUDIO_FRAMES].integer;
    audio->every = (uint32_t)params[MNF_AUDIO_EVERY].integer;
    audio->channels = (uint32_t)params[MNF_AUDIO_CHANNELS].integer;
    audio->tensor.dtype = MNF_INT8;
    if (kind->real) {
        audio->mean = (float *)(void *)(base + at.mean);
        audio->std = (float *)(void *)(base + at.std);
        audio->real = (float *)(void *)(base + at.real);
        for (uint32_t i = 0; i < audio->channels; i++) {
            audio->mean[i] = 0;
            audio->std[i] = 1;
        }
        audio->tensor.scale = params[MNF_AUDIO_SCALE].real;
        audio->tensor.zero_point = params[MNF_AUDIO_ZERO_POINT].integer;
        audio->tensor.dtype = audio->tensor.scale > 0 ? MNF_INT8 : MNF_FLOAT32;
    }
    kind->init(audio->state, params);
    mnf_audio_reset(audio);
}

void mnf_audio_reset(mnf_audio_t *audio) {
    audio->skip = 0;
    audio->n_samples = 0;
    audio->next = 0;
    audio->missing = audio->frames;
    audio->kind->reset(audio->state);
}

bool mnf_audio_due(const mnf_audio_t *audio) {
    return audio->missing == 0;
}

static size_t frame_size(const mnf_audio_t *audio) {
    return audio->channels * mnf_dtype_size(audio->tensor.dtype);
}

// The window is full: a frame more in the ring.
static void add_frame(mnf_audio_t *audio) {
    uint8_t *place = audio->ring + audio->next * frame_size(audio);
    if (audio->kind->real) {
        audio->kind->frame(audio->state, audio->samples, audio->real);
        for (uint32_t i = 0; i < audio->channels; i++) {
            audio->real[i] = (audio->real[i] - audio->mean[i]) / audio->std[i];
        }
        mnf_put(&audio->tensor, MNF_FLOAT32, audio->real, place, audio->channels);
    } else {
        audio->kind->frame(audio->state, audio->samples, place);
    }
    audio->next = audio->next + 1 == audio->frames ? 0 : audio->next + 1;
    audio->missing--;
    if (audio->hop < audio->window) {
        audio->n_samples = audio->window - audio->hop;
        memmove(audio->samples, audio->samples + audio->hop, audio->n_samples * sizeof(int16_t));
    } else {
        audio->n_samples = 0;
        audio->skip = audio->hop - audio->window;
    }
}

size_t mnf_audio_write(mnf_audio_t *audio, const void *samples, size_t n) {
    size_t taken = 0;
    while (!mnf_audio_due(audio) && taken < n) {
        const bool skipping = audio->skip > 0;
        const uint32_t wanted = skipping ? audio->skip : audio->window - audio->n_samples;
        const uint32_t some = n - taken < wanted ? (uint32_t)(n - taken) : wanted;
        if (skipping) {
            audio->skip -= some;
        } else {
            memcpy(audio->samples + audio->n_samples, (const uint8_t *)samples + taken * sizeof(int16_t),
                some * sizeof(int16_t));
            audio->n_samples += some;
            if (audio->n_samples == audio->window) {
                add_frame(audio);
            }
        }
        taken += some;
    }
    return taken;
}

size_t mnf_audio_features_size(const mnf_audio_t *audio) {
    return audio->frames * frame_size(audio);
}

void mnf_audio_take(mnf_audio_t *audio, void *out) {
    const size_t newest = audio->next * frame_size(audio);
    const size_t oldest = mnf_audio_features_size(audio) - newest;
    memcpy(out, audio->ring + newest, oldest);
    memcpy((uint8_t *)out + oldest, audio->ring, newest);
    audio->missing = audio->every;
}
