// Logarithms of the energies in mel bands, as librosa, Edge Impulse (speechpy) and torchaudio define them, in integers:
// what the kinds LogMel (mel.c) and MFCC (mfcc.c) share. Tables are made in mel_tables.c.
#ifndef MNF_MEL_H
#define MNF_MEL_H

#include "audio.h"
#include "fft_int32.h"

// The parameters both have, in this order, behind those of every kind with real frames.
enum {
    MNF_MEL_N_FFT = MNF_AUDIO_REAL_OWN,
    MNF_MEL_LOW,
    MNF_MEL_HIGH,
    MNF_MEL_WINDOW_FUNCTION,
    MNF_MEL_MEL_SCALE,
    MNF_MEL_NORM,
    MNF_MEL_EDGES,
    MNF_MEL_PREEMPHASIS,
    MNF_MEL_POWER,
    MNF_MEL_LOG,
    MNF_MEL_REF,
    MNF_MEL_AMIN,
    MNF_MEL_OFFSET,
    MNF_MEL_OWN,
};

// Their words, in the order of the rows below.
enum { MNF_MEL_HANN, MNF_MEL_HANN_SYMMETRIC, MNF_MEL_HAMMING, MNF_MEL_HAMMING_SYMMETRIC, MNF_MEL_NO_WINDOW };
enum { MNF_MEL_SLANEY, MNF_MEL_HTK };
enum { MNF_MEL_NORM_SLANEY, MNF_MEL_NORM_NONE };
enum { MNF_MEL_EDGES_HERTZ, MNF_MEL_EDGES_BINS };
enum { MNF_MEL_LN, MNF_MEL_LOG10, MNF_MEL_DB };

#define MNF_MEL_MAX_BANDS 256
#define MNF_MEL_LEAST 1e-30f // of amin, ref, and offset if there is one: far from the denormals

#define MNF_MEL_PARAMS \
    { "n_fft", MNF_INTEGER, NULL, 512, 64, 4096 }, \
    { "low", MNF_REAL, NULL, 0, 0, 96000 }, \
    { "high", MNF_REAL, NULL, 0, 0, 96000 }, /* 0: half of the rate */ \
    { "window_function", MNF_WORD, "hann|hann_symmetric|hamming|hamming_symmetric|none", MNF_MEL_HANN, 0, 0 }, \
    { "mel_scale", MNF_WORD, "slaney|htk", MNF_MEL_SLANEY, 0, 0 }, \
    { "norm", MNF_WORD, "slaney|none", MNF_MEL_NORM_SLANEY, 0, 0 }, \
    { "edges", MNF_WORD, "hertz|bins", MNF_MEL_EDGES_HERTZ, 0, 0 }, \
    { "preemphasis", MNF_REAL, NULL, 0, 0, 0.9999f }, \
    { "power", MNF_INTEGER, NULL, 2, 1, 2 }, \
    { "log", MNF_WORD, "ln|log10|db", MNF_MEL_DB, 0, 0 }, \
    { "ref", MNF_REAL, NULL, 1, MNF_MEL_LEAST, 1e12f }, \
    { "amin", MNF_REAL, NULL, 1e-10f, MNF_MEL_LEAST, 1e12f }, \
    { "offset", MNF_REAL, NULL, 0, 0, 1e12f }

// A number of 0 or more: mantissa * 2^exponent. The highest bit of the mantissa is set; 0 has a mantissa of 0, and an
// exponent below any other.
#define MNF_NUMBER_ZERO (-10000)
typedef struct {
    uint32_t mantissa;
    int32_t exponent;
} mnf_number_t;

// The bins from one corner of the triangles to the next: there one band rises, and the one before falls.
typedef struct {
    uint32_t rise; // weight in the rising band of the first bin, times 2^32; in the falling one it is 1 less that
    uint32_t step; // from each bin to the next
    uint16_t end;  // the bin after the last
    uint16_t bits; // of the number of bins
} mnf_mel_segment_t;

typedef struct {
    uint32_t window, hop, n_fft, mels;
    bool magnitude;      // the spectrum is not squared
    bool symmetric;      // the window function: its last value is its first
    int32_t preemphasis; // times 2^31
    int32_t previous;    // the sample before the next window, for that
    mnf_number_t offset, amin;
    int32_t factor;      // from log2 to the logarithm asked for, times 2^29
    int32_t ref;         // that logarithm of ref, in MNF_MEL_LOG_UNIT
    int32_t *half_window; // times 2^31: its first half and the middle
    mnf_mel_segment_t *segments; // the bins below all bands, then mels + 1 between their corners
    mnf_number_t *gains; // of each band, by its norm
    int32_t *logs;
    int32_t *data;       // n_fft samples, then the n_fft / 2 + 1 bins of their spectrum
    mnf_fft_t *fft;
} mnf_mel_t;

#define MNF_MEL_LOG_UNIT (1.0f / (1 << 21)) // of logarithms as integers

// The place of `size` bytes after the `used` ones from `base`, at a multiple of 8; NULL where base is.
void *mnf_place(uint8_t *base, size_t *used, size_t size);

// Bytes for mel, all it points to included; 0 where parameters do not fit together, `refusal` then says why.
size_t mnf_mel_size(const mnf_value_t *params, uint32_t mels, mnf_refusal_t *refusal);

// Fills all of that at `mel`, an address that is a multiple of 8.
void mnf_mel_init(mnf_mel_t *mel, const mnf_value_t *params, uint32_t mels);

// Forgets the last sample.
void mnf_mel_reset(mnf_mel_t *mel);

// mel->logs[i] = logarithm of band i, in MNF_MEL_LOG_UNIT, and *total, unless it is NULL, that of the sum of all bins.
// Samples are taken as -1 to 1.
void mnf_mel_frame(mnf_mel_t *mel, const int16_t *samples, int32_t *total);

// The logarithm of x in MNF_MEL_LOG_UNIT; x from 2^-126 to 2^126.
int32_t mnf_mel_log(const mnf_mel_t *mel, mnf_number_t x);

#endif
