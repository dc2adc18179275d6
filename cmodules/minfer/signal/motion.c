#include "signal/motion.h"

#include <string.h>

#include "signal/real.h"

#define MOST_AXES 64
#define MOST_SECTIONS 32
#define MOST_STATISTICS 64
#define MOST_BANDS 256

// The least power that has a logarithm of its own: far below what one unit of int16 in a window makes.
#define LEAST_POWER 1e-6f

static bool integer_in_range(mnf_refusal_t *refusal, const char *name, int32_t value, int32_t least, int32_t most) {
    if (value < least) {
        return mnf_refuse_param(refusal, name, "expected at least %g, found %g", (float)least, (float)value);
    }
    if (value > most) {
        return mnf_refuse_param(refusal, name, "expected at most %g, found %g", (float)most, (float)value);
    }
    return true;
}

// The first bin, of those whose frequency is at least this.
static uint32_t first_bin(const mnf_motion_params_t *params, float frequency) {
    const uint32_t n_fft = mnf_spectrum_length((uint32_t)params->window);
    const float scaled = frequency * (float)(int32_t)n_fft;
    uint32_t k = 0;
    while (k <= n_fft / 2 && (float)(int32_t)k * params->rate < scaled) {
        k++;
    }
    return k;
}

static bool filter_in_range(const mnf_motion_params_t *params, mnf_refusal_t *refusal) {
    for (uint32_t i = 0; i < params->n_sections; i++) {
        const float number = (float)(int32_t)(i + 1);
        if (!mnf_section_in_range(&params->sections[i])) {
            return mnf_refuse_param(refusal, "filter",
                "section %g of %g: expected b of at most 2 ** 28 in size and a shift from 26 to 58:"
                " rows of minfer.motion.sections()", number, (float)(int32_t)params->n_sections);
        }
        if (!mnf_section_is_stable(&params->sections[i])) {
            return mnf_refuse_param(refusal, "filter",
                "section %g of %g: expected a stable one, found poles outside the unit circle", number,
                (float)(int32_t)params->n_sections);
        }
    }
    return true;
}

static bool bands_in_range(const mnf_motion_params_t *params, mnf_refusal_t *refusal) {
    for (uint32_t i = 0; i < params->n_bands; i++) {
        const float low = params->bands[2 * i], high = params->bands[2 * i + 1];
        if (!(low >= 0) || !(high <= params->rate)) {
            return mnf_refuse_param(refusal, "bands", "expected frequencies from 0 to the rate, found (%g, %g)", low,
                high);
        }
        if (!(first_bin(params, low) < first_bin(params, high))) {
            return mnf_refuse_param(refusal, "bands",
                "expected (low, high) with a frequency of the spectrum in between, found none in (%g, %g):"
                " a wider band or a longer window", low, high);
        }
    }
    return true;
}

typedef struct {
    size_t sections, states, bands, mean, std, real, work, spectrum, ring, statistics, end;
} layout_t;

static layout_t lay_out(const mnf_motion_params_t *params) {
    const size_t axes = (size_t)params->axes, window = (size_t)params->window;
    const size_t per_axis = params->n_statistics + params->n_bands;
    const bool has_spectrum = params->n_bands > 0;
    layout_t at;
    at.sections = 0;
    at.states = at.sections + params->n_sections * sizeof(mnf_section_t);
    at.bands = at.states + axes * params->n_sections * sizeof(mnf_section_state_t);
    at.mean = at.bands + params->n_bands * sizeof(mnf_band_t);
    at.std = at.mean + axes * per_axis * sizeof(float);
    at.real = at.std + axes * per_axis * sizeof(float);
    at.work = at.real + per_axis * sizeof(float);
    at.spectrum = at.work + (has_spectrum ? mnf_spectrum_length((uint32_t)window) : window) * sizeof(int32_t);
    at.ring = at.spectrum + (has_spectrum ? mnf_spectrum_size((uint32_t)window) : 0);
    at.statistics = at.ring + axes * window * sizeof(int16_t);
    at.end = at.statistics + params->n_statistics;
    return at;
}

size_t mnf_motion_size(const mnf_motion_params_t *params, mnf_refusal_t *refusal) {
    if (!integer_in_range(refusal, "axes", params->axes, 1, MOST_AXES)
        || !integer_in_range(refusal, "window", params->window, 4, MNF_WINDOW_MOST)
        || !integer_in_range(refusal, "every", params->every, 1, 65535)
        || !integer_in_range(refusal, "zero_point", params->zero_point, INT8_MIN, INT8_MAX)
        || !integer_in_range(refusal, "filter", (int32_t)params->n_sections, 0, MOST_SECTIONS)
        || !integer_in_range(refusal, "features", (int32_t)params->n_statistics, 0, MOST_STATISTICS)
        || !integer_in_range(refusal, "bands", (int32_t)params->n_bands, 0, MOST_BANDS)) {
        return 0;
    }
    if (!(params->rate >= 1e-3f && params->rate <= 1e6f)) {
        return mnf_refuse_param(refusal, "rate", "expected %g or more and at most a million, found %g", 1e-3f,
            params->rate);
    }
    if (!(params->scale == 0 || (params->scale >= 1e-6f && params->scale <= 1e6f))) {
        return mnf_refuse_param(refusal, "scale", "expected %g or more and at most a million, found %g", 1e-6f,
            params->scale);
    }
    if (params->n_statistics + params->n_bands == 0) {
        return mnf_refuse_param(refusal, "features", "expected %g or more with bands, found %g", 1, 0);
    }
    if (!filter_in_range(params, refusal) || !bands_in_range(params, refusal)) {
        return 0;
    }
    return lay_out(params).end;
}

void mnf_motion_init(mnf_motion_t *motion, void *memory, const mnf_motion_params_t *params) {
    const layout_t at = lay_out(params);
    uint8_t *base = memory;
    memset(motion, 0, sizeof(*motion));
    motion->rate = params->rate;
    motion->axes = (uint32_t)params->axes;
    motion->window = (uint32_t)params->window;
    motion->every = (uint32_t)params->every;
    motion->detrend = params->detrend;
    motion->n_sections = params->n_sections;
    motion->n_statistics = params->n_statistics;
    motion->n_bands = params->n_bands;
    motion->log = params->log;
    motion->sections = (mnf_section_t *)(void *)(base + at.sections);
    motion->states = (mnf_section_state_t *)(void *)(base + at.states);
    motion->bands = (mnf_band_t *)(void *)(base + at.bands);
    motion->mean = (float *)(void *)(base + at.mean);
    motion->std = (float *)(void *)(base + at.std);
    motion->real = (float *)(void *)(base + at.real);
    motion->work = (int32_t *)(void *)(base + at.work);
    motion->ring = (int16_t *)(void *)(base + at.ring);
    motion->statistics = base + at.statistics;
    for (uint32_t i = 0; i < params->n_sections; i++) {
        motion->sections[i] = params->sections[i];
    }
    for (uint32_t i = 0; i < params->n_statistics; i++) {
        motion->statistics[i] = params->statistics[i];
    }
    for (uint32_t i = 0; i < params->n_bands; i++) {
        motion->bands[i].first = first_bin(params, params->bands[2 * i]);
        motion->bands[i].end = first_bin(params, params->bands[2 * i + 1]);
    }
    if (params->n_bands > 0) {
        mnf_spectrum_init(&motion->spectrum, base + at.spectrum, motion->window);
    }
    for (uint32_t i = 0; i < motion->axes * mnf_motion_per_axis(motion); i++) {
        motion->mean[i] = 0;
        motion->std[i] = 1;
    }
    motion->tensor.scale = params->scale;
    motion->tensor.zero_point = params->zero_point;
    motion->tensor.dtype = params->scale > 0 ? MNF_INT8 : MNF_FLOAT32;
    mnf_motion_reset(motion);
}

void mnf_motion_reset(mnf_motion_t *motion) {
    for (uint32_t i = 0; i < motion->axes * motion->n_sections; i++) {
        motion->states[i] = (mnf_section_state_t){ 0, 0, 0, 0, 0 };
    }
    motion->next = 0;
    motion->axis = 0;
    motion->missing = motion->window;
}

bool mnf_motion_due(const mnf_motion_t *motion) {
    return motion->missing == 0;
}

size_t mnf_motion_write(mnf_motion_t *motion, const void *samples, size_t n) {
    size_t taken = 0;
    for (const uint8_t *from = samples; taken < n && !mnf_motion_due(motion); from += 2) {
        taken++;
        const int16_t sample = (int16_t)(from[0] | from[1] << 8); // the address may be odd; all chips are little-endian
        mnf_section_state_t *states = motion->states + motion->axis * motion->n_sections;
        motion->ring[motion->next] = mnf_filter(motion->sections, states, motion->n_sections, sample);
        if (++motion->next == motion->axes * motion->window) {
            motion->next = 0;
        }
        if (++motion->axis == motion->axes) {
            motion->axis = 0;
            motion->missing--;
        }
    }
    return taken;
}

uint32_t mnf_motion_per_axis(const mnf_motion_t *motion) {
    return motion->n_statistics + motion->n_bands;
}

// The window of an axis from the ring, oldest sample first.
static void unroll(const mnf_motion_t *motion, uint32_t axis, int32_t *window) {
    const uint32_t end = motion->axes * motion->window;
    uint32_t place = motion->next + axis;
    for (uint32_t i = 0; i < motion->window; i++) {
        window[i] = motion->ring[place];
        place += motion->axes;
        if (place >= end) {
            place -= end;
        }
    }
}

static void describe(const mnf_motion_t *motion, uint32_t axis, float *features) {
    float results[MNF_N_STATISTICS];
    unroll(motion, axis, motion->work);
    mnf_detrend(motion->detrend, motion->work, motion->window);
    if (motion->n_statistics > 0) {
        mnf_statistics(motion->work, motion->window, results);
    }
    for (uint32_t i = 0; i < motion->n_statistics; i++) {
        features[i] = results[motion->statistics[i]];
    }
    if (motion->n_bands == 0) {
        return;
    }
    const float factor = mnf_spectrum(&motion->spectrum, motion->work);
    for (uint32_t i = 0; i < motion->n_bands; i++) {
        const mnf_band_t band = motion->bands[i];
        const float power = mnf_spectrum_power(&motion->spectrum, motion->work, factor, band.first, band.end);
        const float floored = power < LEAST_POWER ? LEAST_POWER : power;
        features[motion->n_statistics + i] = motion->log ? mnf_log10(floored) : power;
    }
}

void mnf_motion_take(mnf_motion_t *motion, void *out) {
    const uint32_t n = mnf_motion_per_axis(motion);
    uint8_t *place = out;
    for (uint32_t axis = 0; axis < motion->axes; axis++) {
        describe(motion, axis, motion->real);
        for (uint32_t i = 0; i < n; i++) {
            motion->real[i] = (motion->real[i] - motion->mean[axis * n + i]) / motion->std[axis * n + i];
        }
        mnf_put(&motion->tensor, MNF_FLOAT32, motion->real, place, n);
        place += n * mnf_dtype_size(motion->tensor.dtype);
    }
    motion->missing = motion->every;
}
