// Statistics of a window, as numpy and scipy define them, from integers.
#ifndef MNF_STATISTICS_H
#define MNF_STATISTICS_H

#include <stdint.h>

// What windows hold: samples times 2^14.
#define MNF_WINDOW_FRACTION 14
#define MNF_WINDOW_MOST 4096

// Names of features, and numpy's or scipy's words for them.
#define MNF_STATISTICS(X) \
    X(MEAN, "mean")                     /* mean(x) */ \
    X(RMS, "rms")                       /* sqrt(mean(x ** 2)) */ \
    X(STD, "std")                       /* std(x) */ \
    X(MIN, "min")                       /* min(x) */ \
    X(MAX, "max")                       /* max(x) */ \
    X(SKEW, "skew")                     /* scipy.stats.skew(x), 0 of a constant */ \
    X(KURTOSIS, "kurtosis")             /* scipy.stats.kurtosis(x), -3 of a constant */ \
    X(ZERO_CROSSINGS, "zero_crossings") /* count_nonzero(diff(signbit(x))) */ \
    X(PEAK_TO_PEAK, "peak_to_peak")     /* ptp(x) */

typedef enum {
#define MNF_ENUM(name, text) MNF_##name,
    MNF_STATISTICS(MNF_ENUM)
#undef MNF_ENUM
    MNF_N_STATISTICS,
} mnf_statistic_t;

extern const char *const mnf_statistic_names[MNF_N_STATISTICS];

typedef enum { MNF_DETREND_NONE, MNF_DETREND_CONSTANT, MNF_DETREND_LINEAR } mnf_detrend_t;

// Samples of int16 become a window in place: without their mean or their line of least squares as scipy.signal.detrend
// takes it off, and times 2^14. n is 2 to MNF_WINDOW_MOST; the results are below 2^31 in size, and off by 2^-14 of a
// sample at most.
void mnf_detrend(mnf_detrend_t detrend, int32_t *window, uint32_t n);

// All statistics of a window of n numbers.
void mnf_statistics(const int32_t *window, uint32_t n, float *results);

#endif
