// A walk through several tensors at once: nested loops, a stride an operand in each. Broadcasting, slices, transpositions and
// reductions are walks; the compiler writes them down, collapsed to as few loops as will do.
//
// In an operator's parameters:  n_loops, base of each operand, then for each loop, outermost first: count, stride of each operand.
// All in elements; a stride may be 0 or negative.
#ifndef MNF_WALK_H
#define MNF_WALK_H

#include "ops.h"

#define MNF_WALK_LOOPS 8
#define MNF_WALK_OPERANDS 4

typedef struct {
    int32_t count;                         // of the innermost loop, which the caller does itself
    int32_t stride[MNF_WALK_OPERANDS];     // of it
    int32_t at[MNF_WALK_OPERANDS];         // where it begins in each operand
    const int32_t *loops;                  // the outer ones
    int32_t n_operands;
    int32_t n_outer;
    int32_t index[MNF_WALK_LOOPS];
} mnf_walk_t;

// Number of parameters a walk of n_loops takes.
static inline uint32_t mnf_walk_size(int32_t n_loops, int32_t n_operands) {
    return 1 + (uint32_t)n_operands + (uint32_t)n_loops * (1 + (uint32_t)n_operands);
}

// Checks a walk that begins at params, of which `left` remain: every element it visits lies inside the operand's `sizes` elements.
// `*used` becomes the number of parameters it takes.
bool mnf_check_walk(const int32_t *params, uint32_t left, int32_t n_operands, const int32_t *sizes, uint32_t *used, mnf_error_t *error);

// The walk at its first row.
mnf_walk_t mnf_walk(const int32_t *params, int32_t n_operands);

// The next row, false after the last.
bool mnf_walk_next(mnf_walk_t *walk);

#endif
