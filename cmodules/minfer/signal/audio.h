// Sound in, windows of features out: a stream of samples becomes frames, the last frames a window. No allocation: the
// caller gives the memory. What turns samples into one frame is a kind: micro_speech.c, mel.c, mfcc.c.
//
//     mnf_value_t params[MNF_AUDIO_MAX_PARAMS];
//     mnf_audio_defaults(kind, params);                      // then change some
//     size_t size = mnf_audio_size(kind, params, &refusal);  // 0: refusal says why
//     mnf_audio_init(&audio, memory, kind, params);
//     while (n > 0) {
//         size_t taken = mnf_audio_write(&audio, samples, n);
//         samples += taken, n -= taken;
//         if (mnf_audio_due(&audio)) { mnf_audio_take(&audio, features); }
//     }
#ifndef MNF_AUDIO_H
#define MNF_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/mnf.h"

// One parameter of a front end: a keyword argument in Python.
typedef enum { MNF_INTEGER, MNF_REAL, MNF_WORD } mnf_param_type_t;

typedef struct {
    const char *name;
    mnf_param_type_t type;
    const char *words; // of MNF_WORD: "hann|hamming", the value is the index of one; NULL otherwise
    float initial;     // what None or no argument stands for; of MNF_WORD, the index
    float least, most; // of numbers; integers are below 2^24 in size
} mnf_param_t;

// MNF_REAL: .real, the others: .integer.
typedef union {
    int32_t integer;
    float real;
} mnf_value_t;

// Why parameters are refused: "NAME: TEXT", `text` a format string with two %g, for `expected` and `found`.
typedef struct {
    const char *name;
    const char *text;
    float expected;
    float found;
} mnf_refusal_t;

// The first parameters of every kind, in this order; the kind's own follow.
enum {
    MNF_AUDIO_RATE,     // "rate": samples a second
    MNF_AUDIO_WINDOW,   // "window": samples a frame is made of
    MNF_AUDIO_HOP,      // "hop": samples from the start of a frame to that of the next
    MNF_AUDIO_FRAMES,   // "frames" a window of features holds
    MNF_AUDIO_EVERY,    // "every": frames from one window of features to the next
    MNF_AUDIO_CHANNELS, // numbers in a frame; the name is the kind's: "channels", "mels", "coefficients"
    MNF_AUDIO_OWN,
    // Kinds whose frames are float32 also have:
    MNF_AUDIO_SCALE = MNF_AUDIO_OWN, // "scale": of the int8 that features are rounded to; 0: they stay float32
    MNF_AUDIO_ZERO_POINT,            // "zero_point"
    MNF_AUDIO_REAL_OWN,
};
#define MNF_AUDIO_MAX_PARAMS 32

// What the rows of these in a kind's table share. A kind says window, hop, frames and the rest itself.
#define MNF_AUDIO_MAX_WINDOW 4096
#define MNF_AUDIO_PARAM_RATE(initial) { "rate", MNF_INTEGER, NULL, initial, 1000, 192000 }
#define MNF_AUDIO_PARAM_WINDOW(initial) { "window", MNF_INTEGER, NULL, initial, 16, MNF_AUDIO_MAX_WINDOW }
#define MNF_AUDIO_PARAM_HOP(initial) { "hop", MNF_INTEGER, NULL, initial, 1, 65535 }
#define MNF_AUDIO_PARAM_FRAMES(initial) { "frames", MNF_INTEGER, NULL, initial, 1, 65535 }
#define MNF_AUDIO_PARAM_EVERY { "every", MNF_INTEGER, NULL, 1, 1, 65535 }
#define MNF_AUDIO_PARAM_SCALE { "scale", MNF_REAL, NULL, 0, 0, 1e6f }
#define MNF_AUDIO_PARAM_ZERO_POINT { "zero_point", MNF_INTEGER, NULL, 0, -128, 127 }

// A way to make a frame. `params` have passed the ranges of the table when these are called.
typedef struct {
    const char *name; // of the class in Python
    bool real;        // a frame is float32, otherwise int8
    uint32_t n_params;
    const mnf_param_t *params;
    // Bytes of state: tables, what is remembered from frame to frame, room to work in. 0 where parameters do not fit
    // together, `refusal` then says why.
    size_t (*size)(const mnf_value_t *params, mnf_refusal_t *refusal);
    // Fills `state`, which has an address that is a multiple of 8; reset() follows.
    void (*init)(void *state, const mnf_value_t *params);
    // Forgets all sound heard before.
    void (*reset)(void *state);
    // `window` samples, oldest first, into `channels` float32 or int8. Windows come in order.
    void (*frame)(void *state, const int16_t *samples, void *out);
} mnf_audio_kind_t;

extern const mnf_audio_kind_t mnf_micro_speech, mnf_log_mel, mnf_mfcc;

// Helpers of kinds: fills `refusal`, and returns 0 for size() to return.
size_t mnf_refuse_param(mnf_refusal_t *refusal, const char *name, const char *text, float expected, float found);

typedef struct {
    const mnf_audio_kind_t *kind;
    void *state;         // of the kind
    float *mean, *std;   // of each channel, for the caller to set after mnf_audio_init; NULL where frames are int8
    float *real;         // the frame that is made now, before it is rounded to int8
    int16_t *samples;    // of the frame to come
    uint8_t *ring;       // the last frames
    mnf_tensor_t tensor; // how a frame lies in the ring
    uint32_t rate, window, hop, frames, every, channels;
    uint32_t skip;       // samples to pass over, where hop is more than window
    uint32_t n_samples;  // there of the frame to come
    uint32_t next;       // place in the ring of the frame to come
    uint32_t missing;    // frames until features are due
} mnf_audio_t;

void mnf_audio_defaults(const mnf_audio_kind_t *kind, mnf_value_t *params);

// Bytes of memory it takes; 0 where parameters are out of range, or do not fit together: `refusal` then says why.
size_t mnf_audio_size(const mnf_audio_kind_t *kind, const mnf_value_t *params, mnf_refusal_t *refusal);

// `memory`: mnf_audio_size() bytes at a multiple of 8. Each mean is 0, each std 1.
void mnf_audio_init(mnf_audio_t *audio, void *memory, const mnf_audio_kind_t *kind, const mnf_value_t *params);

// As after mnf_audio_init; mean and std stay.
void mnf_audio_reset(mnf_audio_t *audio);

// Takes samples, int16 at any address, up to where features are due, and says how many.
size_t mnf_audio_write(mnf_audio_t *audio, const void *samples, size_t n);

// Features wait to be taken; until then no sample is.
bool mnf_audio_due(const mnf_audio_t *audio);

// Bytes of a window of features.
size_t mnf_audio_features_size(const mnf_audio_t *audio);

// The window of features, the oldest frame first: frames * channels float32 or int8, as audio->tensor.dtype says.
void mnf_audio_take(mnf_audio_t *audio, void *out);

#endif
