@ The part of the RP2040's boot ROM that firmware calls, written from the tables of the datasheet (2.8.3).
@ What the chip does in Thumb code and nothing here needs cycle for cycle is a stub of two instructions,
@ BKPT n; BX LR. traps.mjs serves BKPT n, numbered as below.
@ Position-dependent constants only, so that assembling needs no linker: the object's .text is the ROM.

    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .text

    .set TRAP_STUBS, 0x200              @ stub n lies at TRAP_STUBS + 4 * n
    .set TRAP_COUNT, 0x80
    .set PARK, 0x00                     @ core 1 has nothing to run
    .set POPCOUNT, 0x10
    .set REVERSE, 0x11
    .set CLZ, 0x12
    .set CTZ, 0x13
    .set USB_BOOT, 0x18
    .set CONNECT_FLASH, 0x20
    .set EXIT_XIP, 0x21
    .set ERASE, 0x22
    .set PROGRAM, 0x23
    .set FLUSH_CACHE, 0x24
    .set ENTER_XIP, 0x25
    .set FLOAT, 0x40                    @ 32 functions, in the order of the chip's table
    .set DOUBLE, 0x60                   @ 32 more

    .macro stub_address n
    .hword TRAP_STUBS + 4 * \n + 1
    .endm

rom:
    .word 0x20042000                    @ initial stack pointer: top of the memory
    .word TRAP_STUBS + 4 * PARK + 1     @ reset, NMI, hard fault: none is ever taken from here
    .word TRAP_STUBS + 4 * PARK + 1
    .word TRAP_STUBS + 4 * PARK + 1
    .byte 'M', 'u', 1, 3                @ 0x10: magic, ROM version 3 (chip B2)
    .hword functions - rom              @ 0x14
    .hword data - rom                   @ 0x16
    .hword lookup - rom + 1             @ 0x18

@ void *lookup(uint16_t *table, uint32_t code): pairs of code and pointer, ended by a zero code.
lookup:
    ldrh r2, [r0]
    cmp r2, #0
    beq 2f
    cmp r2, r1
    beq 1f
    adds r0, #4
    b lookup
1:  ldrh r2, [r0, #2]
2:  movs r0, r2
    bx lr

@ void *memcpy(void *dst, const void *src, size_t n)
memcpy:
    push {r0, r4, r5, r6, r7, lr}
    movs r3, r0
    orrs r3, r1
    lsls r3, r3, #30
    bne 4f
    subs r2, #16
    blo 2f
1:  ldmia r1!, {r4, r5, r6, r7}
    stmia r0!, {r4, r5, r6, r7}
    subs r2, #16
    bhs 1b
2:  adds r2, #12                        @ bytes left, less one word
    blo 3f
1:  ldmia r1!, {r4}
    stmia r0!, {r4}
    subs r2, #4
    bhs 1b
3:  adds r2, #4
4:  cmp r2, #0
    beq 6f
    movs r3, #0
5:  ldrb r4, [r1, r3]
    strb r4, [r0, r3]
    adds r3, #1
    cmp r3, r2
    blo 5b
6:  pop {r0, r4, r5, r6, r7, pc}

@ void *memset(void *dst, uint8_t byte, size_t n)
memset:
    push {r0, r4, r5, r6, lr}
    uxtb r1, r1
    lsls r3, r1, #8
    orrs r1, r3
    lsls r3, r1, #16
    orrs r1, r3
1:  lsls r3, r0, #30                    @ bytes up to the first word
    beq 2f
    subs r2, #1
    blo 6f
    strb r1, [r0]
    adds r0, #1
    b 1b
2:  movs r4, r1
    movs r5, r1
    movs r6, r1
    subs r2, #16
    blo 4f
3:  stmia r0!, {r1, r4, r5, r6}
    subs r2, #16
    bhs 3b
4:  adds r2, #16
5:  subs r2, #1                         @ bytes after the last full group
    blo 6f
    strb r1, [r0, r2]
    b 5b
6:  pop {r0, r4, r5, r6, pc}

    .balign 4
functions:
    .ascii "P3"
    stub_address POPCOUNT
    .ascii "R3"
    stub_address REVERSE
    .ascii "L3"
    stub_address CLZ
    .ascii "T3"
    stub_address CTZ
    .ascii "MC"
    .hword memcpy - rom + 1
    .ascii "C4"
    .hword memcpy - rom + 1
    .ascii "MS"
    .hword memset - rom + 1
    .ascii "S4"
    .hword memset - rom + 1
    .ascii "WV"
    stub_address PARK
    .ascii "UB"
    stub_address USB_BOOT
    .ascii "IF"
    stub_address CONNECT_FLASH
    .ascii "EX"
    stub_address EXIT_XIP
    .ascii "RE"
    stub_address ERASE
    .ascii "RP"
    stub_address PROGRAM
    .ascii "FC"
    stub_address FLUSH_CACHE
    .ascii "CX"
    stub_address ENTER_XIP
    .hword 0, 0

data:
    .ascii "CR"
    .hword copyright - rom
    .ascii "SF"
    .hword floats - rom
    .ascii "SD"
    .hword doubles - rom
    .hword 0, 0
copyright:
    .asciz "minfer"

    .macro stub_table first
    .balign 4
    .byte 0, 0, 32, 0                   @ the number of entries stands two bytes before the table
    .set n, \first
    .endm

    .macro stub_entries
    .rept 32
    .word TRAP_STUBS + 4 * n + 1
    .set n, n + 1
    .endr
    .endm

    stub_table FLOAT
floats:
    stub_entries
    stub_table DOUBLE
doubles:
    stub_entries

    .org TRAP_STUBS
    .set n, 0
    .rept TRAP_COUNT
    .hword 0xbe00 + n, 0x4770           @ BKPT n; BX LR
    .set n, n + 1
    .endr
