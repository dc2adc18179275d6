// A process of Linux's on an Xtensa core without a C library, under qemu-xtensa: where it starts, and the calls it needs.
// The program has start(argv), on the stack it is given.
#ifndef XTENSA_H
#define XTENSA_H

#include <stdint.h>

void start(char **argv);

// The stack pointer points at argc; callx8 makes the caller's a10 the called function's a2.
__attribute__((naked, used, section(".start"))) void _start(void);
void _start(void) {
    __asm__ volatile (
        "j 2f\n"
        ".p2align 2\n"
        "1: .long start\n"
        "2: movi a0, 0\n"
        "addi a10, a1, 4\n"
        "l32r a8, 1b\n"
        "callx8 a8");
}

// In a2, a6, a3, a4, a5, a8, a9: the number, then arguments.
static inline int32_t system_call(
    int32_t number, uintptr_t first, uintptr_t second, uintptr_t third, uintptr_t fourth, uintptr_t fifth, uintptr_t sixth) {
    register int32_t a2 __asm__ ("a2") = number;
    register uintptr_t a6 __asm__ ("a6") = first;
    register uintptr_t a3 __asm__ ("a3") = second;
    register uintptr_t a4 __asm__ ("a4") = third;
    register uintptr_t a5 __asm__ ("a5") = fourth;
    register uintptr_t a8 __asm__ ("a8") = fifth;
    register uintptr_t a9 __asm__ ("a9") = sixth;
    __asm__ volatile (
        "syscall" : "+r" (a2) : "r" (a6), "r" (a3), "r" (a4), "r" (a5), "r" (a8), "r" (a9) : "memory");
    return a2;
}

__attribute__((noreturn)) static inline void leave(int code) {
    for (;;) {
        system_call(118, (uintptr_t)code, 0, 0, 0, 0, 0); // exit
    }
}

enum { READ_WRITE = 3, PRIVATE_FIXED = 0x12, ANONYMOUS = 0x800 };

// Xtensa's mmap2 takes offsets in pages.
__attribute__((unused)) static void map_memory(uintptr_t at, uintptr_t size) {
    if (system_call(80, at, size, READ_WRITE, PRIVATE_FIXED | ANONYMOUS, (uintptr_t)-1, 0) != (int32_t)at) {
        leave(4);
    }
}

// Maps a whole file. Returns its size.
__attribute__((unused)) static uintptr_t map_file(const char *name, uintptr_t at) {
    const int32_t file = system_call(8, (uintptr_t)name, 0, 0, 0, 0, 0); // open
    const int32_t size = file < 0 ? 0 : system_call(15, (uintptr_t)file, 0, 2, 0, 0, 0); // lseek, to the end
    if (size <= 0 || system_call(80, at, (uintptr_t)size, READ_WRITE, PRIVATE_FIXED, (uintptr_t)file, 0) != (int32_t)at) {
        leave(4);
    }
    return (uintptr_t)size;
}

#endif
