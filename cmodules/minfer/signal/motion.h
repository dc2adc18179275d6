// Motion in, features out: samples of several axes pass through a filter into a sliding window, of which statistics and
// the power in bands of frequency are the features, axis by axis. No allocation: the caller gives the memory.
//
//     size_t size = mnf_motion_size(&params, &refusal); // 0: refusal says why
//     mnf_motion_init(&motion, memory, &params);
//     while (n > 0) {
//         size_t taken = mnf_motion_write(&motion, samples, n);
//         samples += taken, n -= taken;
//         if (mnf_motion_due(&motion)) { mnf_motion_take(&motion, features); }
//     }
#ifndef MNF_MOTION_H
#define MNF_MOTION_H

#include "signal/audio.h"
#include "signal/biquad.h"
#include "signal/spectrum.h"
#include "signal/statistics.h"

typedef struct {
    int32_t axes;   // numbers in a sample
    float rate;     // samples a second
    int32_t window; // samples that features are made of
    int32_t every;  // samples from one window to the next
    mnf_detrend_t detrend;
    uint32_t n_sections;
    const mnf_section_t *sections; // of the filter, in order
    uint32_t n_statistics;
    const uint8_t *statistics; // mnf_statistic_t, in the order features are to have
    uint32_t n_bands;
    const float *bands; // pairs of the first frequency in a band and the first behind it, in Hz
    bool log;           // a band's feature is the decimal logarithm of its power
    float scale;        // of the int8 that features are rounded to; 0: they stay float32
    int32_t zero_point;
} mnf_motion_params_t;

typedef struct {
    uint32_t first, end;
} mnf_band_t;

typedef struct {
    mnf_spectrum_t spectrum;
    mnf_section_t *sections;
    mnf_section_state_t *states; // of all sections of the first axis, of the second, ...
    mnf_band_t *bands;
    float *mean, *std;   // of each feature, for the caller to set after mnf_motion_init: 0 and 1
    float *real;         // the features of one axis
    int32_t *work;       // the window of one axis, then its transform
    int16_t *ring;       // the last samples
    uint8_t *statistics;
    mnf_tensor_t tensor; // how features are given
    mnf_detrend_t detrend;
    float rate;
    uint32_t axes, window, every, n_sections, n_statistics, n_bands;
    bool log;
    uint32_t next;    // place in the ring of the number to come
    uint32_t axis;    // that it belongs to
    uint32_t missing; // samples until features are due
} mnf_motion_t;

// Bytes of memory it takes; 0 where parameters are out of range, or do not fit together: `refusal` then says why.
size_t mnf_motion_size(const mnf_motion_params_t *params, mnf_refusal_t *refusal);

// `memory`: mnf_motion_size() bytes at a multiple of 4; what the parameters point to is copied.
void mnf_motion_init(mnf_motion_t *motion, void *memory, const mnf_motion_params_t *params);

// As after mnf_motion_init; mean and std stay.
void mnf_motion_reset(mnf_motion_t *motion);

// Takes n numbers of int16, an axis after the other and at any address, up to where features are due, and says how
// many.
size_t mnf_motion_write(mnf_motion_t *motion, const void *samples, size_t n);

// Features wait to be taken; until then no sample is.
bool mnf_motion_due(const mnf_motion_t *motion);

// Features of each axis: statistics, then bands.
uint32_t mnf_motion_per_axis(const mnf_motion_t *motion);

// The features of the window: axes * mnf_motion_per_axis() float32 or int8, as motion->tensor.dtype says.
void mnf_motion_take(mnf_motion_t *motion, void *out);

#endif
