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

bool mnf_has_face(const mnf_tensor_t *tensor, uint32_t face) {
    const uint32_t dtype = tensor->dtype;
    const bool is_quantised = (dtype == MNF_INT8 || dtype == MNF_UINT8 || dtype == MNF_INT16) && tensor->scale > 0.0f;
    return face == dtype || (face == MNF_FLOAT32 && is_quantised) || (face == MNF_UINT8 && dtype == MNF_INT8);
}

static int32_t load(const void *data, uint32_t dtype, size_t i) {
    return dtype == MNF_INT16 ? ((const int16_t *)data)[i] : dtype == MNF_UINT8 ? ((const uint8_t *)data)[i] : ((const int8_t *)data)[i];
}

static void store(void *data, uint32_t dtype, size_t i, int32_t value) {
    if (dtype == MNF_INT16) {
        ((int16_t *)data)[i] = (int16_t)value;
    } else {
        ((uint8_t *)data)[i] = (uint8_t)value;
    }
}

static int32_t quantised(const mnf_tensor_t *tensor, float real) {
    const int32_t least = tensor->dtype == MNF_INT16 ? INT16_MIN : tensor->dtype == MNF_UINT8 ? 0 : INT8_MIN;
    const int32_t most = tensor->dtype == MNF_INT16 ? INT16_MAX : tensor->dtype == MNF_UINT8 ? UINT8_MAX : INT8_MAX;
    const float scaled = round_half_away(real / tensor->scale);
    // A float beyond +-100000 saturates whatever the zero point; a NaN is not below, and not above.
    const int32_t q = scaled != scaled ? 0 : scaled < -100000 ? -100000 : scaled > 100000 ? 100000 : (int32_t)scaled;
    const int32_t shifted = q + tensor->zero_point;
    return shifted < least ? least : shifted > most ? most : shifted;
}

static void flip_top_bits(const uint8_t *from, uint8_t *to, size_t n) {
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i] ^ 0x80;
    }
}

void mnf_put(const mnf_tensor_t *tensor, uint32_t face, const void *values, void *data, size_t n) {
    if (face == tensor->dtype) {
        memmove(data, values, n * mnf_dtype_size(face));
    } else if (face == MNF_UINT8) {
        flip_top_bits(values, data, n);
    } else {
        for (size_t i = 0; i < n; i++) {
            store(data, tensor->dtype, i, quantised(tensor, ((const float *)values)[i]));
        }
    }
}

void mnf_take(const mnf_tensor_t *tensor, uint32_t face, const void *data, void *values, size_t n) {
    if (face == tensor->dtype) {
        memmove(values, data, n * mnf_dtype_size(face));
    } else if (face == MNF_UINT8) {
        flip_top_bits(data, values, n);
    } else {
        for (size_t i = 0; i < n; i++) {
            ((float *)values)[i] = tensor->scale * (float)(load(data, tensor->dtype, i) - tensor->zero_point);
        }
    }
}
