// The tables of the front end of TensorFlow Lite Micro, made from its parameters: micro_speech_tables.c.
#ifndef MNF_MICRO_SPEECH_H
#define MNF_MICRO_SPEECH_H

#include "audio.h"
#include "fft_int16.h"

enum {
    MNF_MS_LOW = MNF_AUDIO_OWN,
    MNF_MS_HIGH,
    MNF_MS_SMOOTHING_BITS,
    MNF_MS_EVEN_SMOOTHING,
    MNF_MS_ODD_SMOOTHING,
    MNF_MS_MIN_SIGNAL_REMAINING,
    MNF_MS_CLAMPING,
    MNF_MS_PCAN,
    MNF_MS_STRENGTH,
    MNF_MS_OFFSET,
    MNF_MS_GAIN_BITS,
    MNF_MS_LOG_SHIFT,
    MNF_MS_FULL_SCALE,
    MNF_MS_N_PARAMS,
};

#define MNF_MS_WINDOW_BITS 12
#define MNF_MS_WEIGHT_BITS 12
#define MNF_MS_GAINS 125
#define MNF_MS_LOGARITHMS 129

// How much of a frequency's energy goes to the channel its band rises to, and to the one before.
typedef struct {
    uint16_t rising, falling;
} mnf_ms_weights_t;

// Fills `widths`, the frequencies in each of channels + 1 bands, and their weights, n - first at most: the first band
// begins at frequency `first`, which is returned, of n.
uint32_t mnf_ms_filter_bank(const mnf_value_t *params, uint32_t n, uint16_t *widths, mnf_ms_weights_t *weights);

// round(2^12 (1 - cos(2 pi (i + 1/2) / n)) / 2)
void mnf_ms_window(int16_t *window, uint32_t n);

// 2^gain_bits (x / 2^input_bits + offset)^-strength: at 0 and 1, then for x from each power of two to the next three
// coefficients of a quadratic and one unused.
void mnf_ms_gains(const mnf_value_t *params, uint32_t input_bits, int16_t *gains);

// round(2^16 (log2(1 + i / 128) - i / 128))
void mnf_ms_logarithms(uint16_t *logarithms);

#endif
