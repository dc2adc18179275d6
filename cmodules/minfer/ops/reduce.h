// What SUM, REDUCE_MAX and ARG_MAX share: a walk through output and input whose loops are over what is kept, then over what is
// reduced, at least one of these. Elements of one output follow each other.
#ifndef MNF_REDUCE_H
#define MNF_REDUCE_H

#include "walk.h"

enum { MNF_REDUCE_Y, MNF_REDUCE_X, MNF_REDUCE_OPERANDS };

// Checks the input's type (int8, uint8, int16 or bool) and the walk that makes up the parameters from `at` on.
bool mnf_check_reduce(const mnf_node_t *node, uint32_t at, mnf_error_t *error);

// Element i of a tensor of such a type.
static inline int32_t mnf_element(const void *data, uint32_t dtype, int32_t i) {
    switch (dtype) {
        case MNF_INT8:
            return ((const int8_t *)data)[i];
        case MNF_UINT8:
            return ((const uint8_t *)data)[i];
        case MNF_BOOL:
            return ((const uint8_t *)data)[i] != 0;
        default:
            return ((const int16_t *)data)[i];
    }
}

static inline void mnf_set_element(void *data, uint32_t dtype, int32_t i, int32_t value) {
    if (dtype == MNF_INT16) {
        ((int16_t *)data)[i] = (int16_t)value;
    } else {
        ((uint8_t *)data)[i] = (uint8_t)value;
    }
}

#endif
