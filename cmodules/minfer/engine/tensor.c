#include <string.h>

#include "mnf.h"

uint32_t mnf_dtype_bits(uint32_t dtype) {
    switch (dtype) {
        case MNF_INT4:
            return 4;
        case MNF_INT8:
        case MNF_UINT8:
        case MNF_BOOL:
            return 8;
        case MNF_INT16:
            return 16;
        case MNF_INT32:
        case MNF_FLOAT32:
            return 32;
        case MNF_INT64:
            return 64;
        default:
            return 0;
    }
}

uint32_t mnf_dtype_size(uint32_t dtype) {
    return mnf_dtype_bits(dtype) / 8;
}

void *mnf_tensor_data(const mnf_model_t *model, const mnf_tensor_t *tensor, uint8_t *arena) {
    switch (tensor->kind) {
        case MNF_CONST:
            // Constants are only ever read; the kernels' interface takes some of them without const.
            return (uint8_t *)(uintptr_t)model->file + tensor->offset;
        case MNF_STATE:
            return model->state + tensor->offset;
        default:
            return arena + tensor->offset;
    }
}

void mnf_reset(const mnf_model_t *model) {
    // The data section begins with the state's initial image.
    if (model->header->state_size > 0) {
        memcpy(model->state, model->file + model->header->data_offset, model->header->state_size);
    }
}

const void *mnf_meta(const mnf_model_t *model, const char *tag, uint32_t *length) {
    const uint8_t *record = model->file + model->header->meta_offset;
    const uint8_t *end = record + model->header->meta_size;
    while (record < end) {
        memcpy(length, record + 4, 4);
        if (memcmp(record, tag, 4) == 0) {
            return record + 8;
        }
        record += 8 + ((*length + 3) & ~3u);
    }
    *length = 0;
    return NULL;
}

// Halves away from zero, as TfLiteRound; no libm. Beyond 2^23 a float has no fraction.
static float round_half_away(float x) {
    if (!(x > -8388608.0f && x < 8388608.0f)) {
        return x;
    }
    const float whole = (float)(int32_t)x;
    const float fraction = x - whole;
    return fraction >= 0.5f ? whole + 1 : fraction <= -0.5f ? whole - 1 : whole;
}

void mnf_quantise(const mnf_tensor_t *tensor, const float *real, int8_t *quantised, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const float scaled = round_half_away(real[i] / tensor->scale);
        // A float beyond +-1000 saturates whatever the zero point; a NaN is not below, and not above.
        const int32_t q = scaled != scaled ? 0 : scaled < -1000 ? -1000 : scaled > 1000 ? 1000 : (int32_t)scaled;
        const int32_t shifted = q + tensor->zero_point;
        quantised[i] = (int8_t)(shifted < INT8_MIN ? INT8_MIN : shifted > INT8_MAX ? INT8_MAX : shifted);
    }
}

void mnf_dequantise(const mnf_tensor_t *tensor, const int8_t *quantised, float *real, size_t n) {
    for (size_t i = 0; i < n; i++) {
        real[i] = tensor->scale * (float)(quantised[i] - tensor->zero_point);
    }
}
