// What front ends share.
#ifndef MINFER_FRONT_END_H
#define MINFER_FRONT_END_H

#include "binding.h"

__attribute__((noreturn)) void minfer_raise_refusal(const mnf_refusal_t *refusal);

// Which of "hann|hamming" was found; ValueError where none was.
int32_t minfer_word(const char *name, const char *words, mp_obj_t found);

// The arguments `mean` and `std`, for `count` features: None leaves what is there.
void minfer_put_statistics(float *mean, float *std, uint32_t count, mp_obj_t mean_obj, mp_obj_t std_obj);

// The arguments of write(self, samples, start=0): the samples from `start`, at any address, and their number.
const uint8_t *minfer_samples(size_t n_args, const mp_obj_t *args, mp_map_t *kw, size_t *n);

// Where take() puts features: ValueError for a buffer of another size or type.
void *minfer_features_buffer(mp_obj_t out, uint32_t dtype, size_t size, mp_obj_t shape);

#endif
