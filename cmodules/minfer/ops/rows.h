// Elementwise operators: every operand is a walk over the output's shape, so that broadcasting costs nothing where there is none.
// A walk's rows come in pieces, of which the operator computes one at a time.
#ifndef MNF_ROWS_H
#define MNF_ROWS_H

#include "walk.h"

#define MNF_PIECE 32 // elements that lie on the stack, for each operand

// Checks that the parameters from `first` on are one walk through the output and all inputs, the output's elements side by side.
bool mnf_check_rows(const mnf_node_t *node, uint32_t first, mnf_error_t *error);

// Checks that two inputs, or more, are of the output's type.
bool mnf_check_one_dtype(const mnf_node_t *node, mnf_error_t *error);

// ADD, SUB and MUL of int32: plain arithmetic that wraps. Checks types, the walk from parameter `walk` on, and the clamp, the two
// parameters before it; those before the clamp are not used.
bool mnf_check_whole(const mnf_node_t *node, uint32_t walk, mnf_error_t *error);

// Integers of any type, int64 but for its upper half: x[i] holds n elements of input i, the results go to x[0].
typedef void (*mnf_compute_t)(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n);
void mnf_run_rows(const mnf_node_t *node, const int32_t *walk, mnf_compute_t compute);

// The same for one input of the output's shape, without a walk in the parameters.
void mnf_run_flat(const mnf_node_t *node, mnf_compute_t compute);

// int8 and int16 of two inputs, as the kernels of CMSIS-NN want them: whole rows where both inputs lie side by side.
typedef int32_t (*mnf_kernel_t)(const mnf_node_t *node, const void *a, const void *b, void *y, int32_t n);
int32_t mnf_run_vectors(const mnf_node_t *node, const int32_t *walk, mnf_kernel_t kernel);

#endif
