// The table of operators. With MINFER_OPS defined, a build has only those for which MINFER_OP_<name> is defined as well; files that
// nothing refers to any more are dropped by the linker.
#include "ops.h"

#ifdef MINFER_OPS
// 1 where the macro is defined (as 1), else 0: MNF_COMMA_1 puts the 1 in the second place.
#define MNF_COMMA_1 0, 1
#define MNF_SECOND(first, second, ...) second
#define MNF_EXPAND(...) MNF_SECOND(__VA_ARGS__)
#define MNF_IS_1(value) MNF_EXPAND(MNF_PASTE(MNF_COMMA_, value), 0, 0)
#define MNF_PASTE(a, b) a##b
#define MNF_HAS(name) MNF_IS_1(MINFER_OP_##name)
#else
#define MNF_HAS(name) 1
#endif

// A switch, not an array of addresses: it needs no relocation, so it also lives in a native module.
const mnf_op_def_t *mnf_op_def(uint32_t opcode) {
    switch (opcode) {
#define ROW(number, name, definition) case number: return MNF_HAS(name) ? &mnf_op_##definition : NULL;
        MNF_OPS(ROW)
#undef ROW
    }
    return NULL;
}

const char *mnf_op_name(uint32_t opcode) {
    switch (opcode) {
#define ROW(number, name, definition) case number: return #name;
        MNF_OPS(ROW)
#undef ROW
    }
    return NULL;
}
