// For boards/QEMU_XTENSA/setjmp.S.
#ifndef XTENSA_SETJMP_H
#define XTENSA_SETJMP_H

typedef unsigned int jmp_buf[9];

int setjmp(jmp_buf buffer) __attribute__((returns_twice));
void longjmp(jmp_buf buffer, int value) __attribute__((noreturn));

#endif
