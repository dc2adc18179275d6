#include "walk.h"

bool mnf_check_walk(const int32_t *params, uint32_t left, int32_t n_operands, const int32_t *sizes, uint32_t *used, mnf_error_t *error) {
    MNF_REQUIRE(left >= 1, OP_PARAMS, 1, left);
    const int32_t n_loops = params[0];
    MNF_REQUIRE(n_loops >= 0 && n_loops <= MNF_WALK_LOOPS, RANGE, MNF_WALK_LOOPS, n_loops);
    *used = mnf_walk_size(n_loops, n_operands);
    MNF_REQUIRE(left >= *used, OP_PARAMS, *used, left);
    const int32_t *loops = params + 1 + n_operands;
    int64_t steps = 1;
    for (int32_t i = 0; i < n_loops; i++) {
        const int32_t count = loops[i * (1 + n_operands)];
        MNF_REQUIRE(count >= 1, DIM, 1, count);
        steps *= count;
        MNF_REQUIRE(steps <= INT32_MAX, RANGE, INT32_MAX, steps);
    }
    for (int32_t operand = 0; operand < n_operands; operand++) {
        // The lowest and the highest element: a step of a loop adds at most 2^31 x 2^31 to either.
        int64_t low = params[1 + operand], high = low;
        for (int32_t i = 0; i < n_loops; i++) {
            const int32_t count = loops[i * (1 + n_operands)];
            const int64_t reach = (int64_t)(count - 1) * loops[i * (1 + n_operands) + 1 + operand];
            *(reach < 0 ? &low : &high) += reach;
            MNF_REQUIRE(low >= 0, WALK, sizes[operand], low);
            MNF_REQUIRE(high < sizes[operand], WALK, sizes[operand], high);
        }
        MNF_REQUIRE(low >= 0 && high < sizes[operand], WALK, sizes[operand], low);
    }
    return true;
}

mnf_walk_t mnf_walk(const int32_t *params, int32_t n_operands) {
    const int32_t n_loops = params[0];
    mnf_walk_t walk = {.count = 1, .loops = params + 1 + n_operands, .n_operands = n_operands};
    for (int32_t operand = 0; operand < n_operands; operand++) {
        walk.at[operand] = params[1 + operand];
    }
    if (n_loops > 0) {
        walk.n_outer = n_loops - 1;
        const int32_t *innermost = walk.loops + walk.n_outer * (1 + n_operands);
        walk.count = innermost[0];
        for (int32_t operand = 0; operand < n_operands; operand++) {
            walk.stride[operand] = innermost[1 + operand];
        }
    }
    return walk;
}

bool mnf_walk_next(mnf_walk_t *walk) {
    for (int32_t i = walk->n_outer - 1; i >= 0; i--) {
        const int32_t *loop = walk->loops + i * (1 + walk->n_operands);
        const bool more = ++walk->index[i] < loop[0];
        for (int32_t operand = 0; operand < walk->n_operands; operand++) {
            walk->at[operand] += more ? loop[1 + operand] : -(loop[0] - 1) * loop[1 + operand];
        }
        if (more) {
            return true;
        }
        walk->index[i] = 0;
    }
    return false;
}
