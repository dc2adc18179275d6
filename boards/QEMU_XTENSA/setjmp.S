// setjmp and longjmp of the windowed ABI, for callers that use CALL8, as LLVM and gcc do.
//
// Once all windows but the current one are in memory, registers a0 to a3 of the function that called lie 16 bytes below the stack pointer of
// the one it called, and its a4 to a7 lie 32 bytes below the stack pointer of its own caller, which is in the word 12 bytes below its own.
// RETW finds the caller's window empty and loads it from there. The buffer: a0 to a7 of the caller, and where to return.

    .text
    .p2align 2
.Lspill:
    .long spill_windows

    .global setjmp
    .p2align 2
setjmp:
    entry a1, 32
    movi a10, 9
    l32r a8, .Lspill
    callx8 a8
    addi a3, a1, -16
    l32i a4, a3, 0
    l32i a5, a3, 4
    l32i a6, a3, 8
    l32i a7, a3, 12
    s32i a4, a2, 0
    s32i a5, a2, 4
    s32i a6, a2, 8
    s32i a7, a2, 12
    addi a3, a5, -16
    l32i a3, a3, 4
    addi a3, a3, -32
    l32i a4, a3, 0
    l32i a5, a3, 4
    l32i a6, a3, 8
    l32i a7, a3, 12
    s32i a4, a2, 16
    s32i a5, a2, 20
    s32i a6, a2, 24
    s32i a7, a2, 28
    s32i a0, a2, 32
    movi a2, 0
    retw

    .global longjmp
    .p2align 2
longjmp:
    entry a1, 32
    movi a10, 9
    l32r a8, .Lspill
    callx8 a8
    addi a8, a1, -16
    l32i a4, a2, 0
    l32i a5, a2, 4
    l32i a6, a2, 8
    l32i a7, a2, 12
    s32i a4, a8, 0
    s32i a5, a8, 4
    s32i a6, a8, 8
    s32i a7, a8, 12
    addi a8, a5, -16
    l32i a8, a8, 4
    addi a8, a8, -32
    l32i a4, a2, 16
    l32i a5, a2, 20
    l32i a6, a2, 24
    l32i a7, a2, 28
    s32i a4, a8, 0
    s32i a5, a8, 4
    s32i a6, a8, 8
    s32i a7, a8, 12
    l32i a0, a2, 32
    movi a4, 1
    moveqz a3, a4, a3
    mov a2, a3
    retw
