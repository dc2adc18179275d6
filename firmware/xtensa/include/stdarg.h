// clang's, with what LLVM 22 does wrong put right: the registers' arguments begin at __va_reg, as the ABI has them, and not behind those with
// names, which the index __va_ndx counts as well.
#ifndef XTENSA_STDARG_H
#define XTENSA_STDARG_H

#include_next <stdarg.h>

#undef va_start
#define va_start(list, last) (__builtin_va_start(list, last), ((int *)(void *)&(list))[1] -= ((int *)(void *)&(list))[2])

#endif
