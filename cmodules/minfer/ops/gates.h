// The functions of a recurrent cell's gates in 16-bit fixed point, as gemmlowp computes them: results have no integer bits.
#ifndef MNF_GATES_H
#define MNF_GATES_H

#include <stdint.h>

// 1 / (1 + exp(-a)) for a with 3 integer bits.
int32_t mnf_sigmoid_s16(int32_t a);

// tanh(a) for a with 0 to 6 integer bits.
int32_t mnf_tanh_s16(int32_t a, int32_t integer_bits);

#endif
