// What ADD, SUB and SQUARED_DIFFERENCE share: both inputs are brought to a common scale, and what comes of them to the output's.
#ifndef MNF_SCALED_H
#define MNF_SCALED_H

#include "rows.h"

enum { MNF_SCALED_LEFT_SHIFT, MNF_SCALED_A_MULTIPLIER, MNF_SCALED_A_SHIFT, MNF_SCALED_B_MULTIPLIER, MNF_SCALED_B_SHIFT,
       MNF_SCALED_OUT_MULTIPLIER, MNF_SCALED_OUT_SHIFT, MNF_SCALED_MIN, MNF_SCALED_MAX, MNF_SCALED_WALK };

// Types and parameters; `most` is the greatest shift of the output's multiplier.
bool mnf_check_scaled(const mnf_node_t *node, int32_t most, mnf_error_t *error);

// The difference of n elements in the common scale goes to x[0].
void mnf_scaled_differences(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n);

// n results in the common scale become elements of the output.
void mnf_scale_results(const mnf_node_t *node, int32_t *y, int32_t n);

#endif
