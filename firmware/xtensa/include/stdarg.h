// clang's, with what LLVM 22 does wrong put right. The ABI's list: __va_stk, 32 bytes before the arguments on the stack; __va_reg, where the
// six registers lie; __va_ndx, the bytes of arguments taken so far, those with names among them: 24 in registers, then from 32 on the stack.
// LLVM lets __va_reg point behind arguments with names, and miscounts where it goes over to the stack.
#ifndef XTENSA_STDARG_H
#define XTENSA_STDARG_H

#include_next <stdarg.h>

typedef struct {
    char *stack;
    char *registers;
    int index;
} xtensa_va_list_t;

static inline void *xtensa_va_arg(void *list, int size, int alignment) {
    xtensa_va_list_t *const l = list;
    int index = (l->index + alignment - 1) & -alignment;
    size = (size + 3) & ~3;
    if (index <= 24 && index + size > 24) {
        index = 32;
    }
    l->index = index + size;
    return (index < 24 ? l->registers : l->stack) + index;
}

static inline __attribute__((always_inline)) void xtensa_va_mend(void *list) {
    xtensa_va_list_t *const l = list;
    l->registers -= l->index;
}

#undef va_start
#undef va_arg
#define va_start(list, last) (__builtin_va_start(list, last), xtensa_va_mend(&(list)))
#define va_arg(list, type) (*(type *)xtensa_va_arg(&(list), sizeof(type), _Alignof(type) > 4 ? _Alignof(type) : 4))

#endif
