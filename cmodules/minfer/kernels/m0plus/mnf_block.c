#include "mnf_m0plus.h"
#include "mnf_output.h"

#if MNF_CORE_M0PLUS

// Offsets in mnf_block_t: columns 0, row 4, depth 8, bias 12, multiplier 16, shift 20, output 24, step 28, channels 32,
// pixels 36, output_offset 40, min 44, max 48, even 52, rest_end 56, end 60.
//
// Registers while multiplying: r0 four weights, r1 one of them, r2 r3 r4 products, r5 r6 sums of the high lanes (pixels 1, 3),
// r7 columns; r8 r9 sums of whole words, r10 weights, r11 where columns end; r12 min, lr max throughout.
// While requantising: r0 the sum, r1 r4 scratch, r2 r3 halves of the multiplier, r5 output, r6 output offset, r7 shift;
// r8 r9 and the stack sums of the other pixels, r11 step. 48 bytes of stack.

// Two words, in r2 and its companion, have two products each: their lanes are added to the sums.
#define SPLIT(word, whole, high) \
    "add " #whole ", " #word "\n" \
    "asrs " #word ", " #word ", #16\n" \
    "adcs " #high ", " #word "\n"

// Four weights times four pixels: 45 cycles, 2.8 a product.
#define QUAD_4(offset) \
    "mov r2, r10\n" \
    "ldr r0, [r2, #" #offset "]\n" \
    "ldm r7!, {r2, r3, r4}\n" \
    "sxtb r1, r0\n" \
    "muls r2, r1, r2\n" \
    "muls r3, r1, r3\n" \
    "asrs r0, r0, #8\n" \
    "sxtb r1, r0\n" \
    "muls r4, r1, r4\n" \
    "adds r2, r2, r4\n" \
    "ldm r7!, {r4}\n" \
    "muls r4, r1, r4\n" \
    "adds r3, r3, r4\n" \
    SPLIT(r2, r8, r5) \
    SPLIT(r3, r9, r6) \
    "ldm r7!, {r2, r3, r4}\n" \
    "asrs r0, r0, #8\n" \
    "sxtb r1, r0\n" \
    "muls r2, r1, r2\n" \
    "muls r3, r1, r3\n" \
    "asrs r0, r0, #8\n" \
    "muls r4, r0, r4\n" \
    "adds r2, r2, r4\n" \
    "ldm r7!, {r4}\n" \
    "muls r4, r0, r4\n" \
    "adds r3, r3, r4\n" \
    SPLIT(r2, r8, r5) \
    SPLIT(r3, r9, r6)

// Four weights times two pixels: 26 cycles.
#define QUAD_2(offset) \
    "mov r2, r10\n" \
    "ldr r0, [r2, #" #offset "]\n" \
    "ldm r7!, {r2, r3, r4, r6}\n" \
    "sxtb r1, r0\n" \
    "muls r2, r1, r2\n" \
    "asrs r0, r0, #8\n" \
    "sxtb r1, r0\n" \
    "muls r3, r1, r3\n" \
    "adds r2, r2, r3\n" \
    SPLIT(r2, r8, r5) \
    "asrs r0, r0, #8\n" \
    "sxtb r1, r0\n" \
    "muls r4, r1, r4\n" \
    "asrs r0, r0, #8\n" \
    "muls r6, r0, r6\n" \
    "adds r4, r4, r6\n" \
    SPLIT(r4, r8, r5)

#define ADVANCE(bytes) \
    "mov r2, r10\n" \
    "adds r2, #" #bytes "\n" \
    "mov r10, r2\n"

#define NEXT_OUTPUT(sum) \
    "add r5, r11\n" \
    "mov r0, " #sum "\n" \
    OUTPUT

// Begins a channel, the block in r0: from the word its row begins in, with the zeros before the column for what precedes the row.
// Words that four do not divide come first.
#define BEGIN_CHANNEL(log2_bytes) \
    "movs r4, r0\n" \
    "ldr r0, [r4, #4]\n" \
    "ldr r1, [r4, #8]\n" \
    "adds r2, r0, r1\n" \
    "str r2, [r4, #4]\n" \
    "movs r3, #3\n" \
    "ands r3, r0\n" \
    "subs r0, r0, r3\n" \
    "mov r10, r0\n" \
    "adds r1, r1, r3\n" \
    "adds r1, #3\n" \
    "lsrs r1, r1, #2\n" \
    "ldr r7, [r4]\n" \
    "lsls r3, r3, #" #log2_bytes "\n" \
    "subs r7, r7, r3\n" \
    "lsrs r4, r1, #2\n" \
    "lsls r4, r4, #" #log2_bytes " + 4\n" \
    "lsls r3, r1, #30\n" \
    "lsrs r3, r3, #28 - " #log2_bytes "\n" \
    "adds r3, r3, r7\n" \
    "adds r4, r4, r3\n" \
    "mov r11, r3\n" \
    "movs r5, #0\n" \
    "movs r6, #0\n" \
    "mov r8, r5\n" \
    "mov r9, r5\n" \
    "cmp r7, r11\n"

// The same where rows begin at multiples of 4: r10 is already at the next one. The block is in r0, where the columns end in r2,
// where those of words that four do not divide end in r1.
#define NEXT_ROW \
    "ldr r7, [r0]\n" \
    "ldr r1, [r0, #56]\n" \
    "ldr r2, [r0, #60]\n" \
    "movs r5, #0\n" \
    "movs r6, #0\n" \
    "mov r8, r5\n" \
    "mov r9, r5\n" \
    "cmp r7, r1\n"

// The sum of a channel's block is in r0, of pixels 1 and 2 in r8 and r9, of 3 on the stack; r4 is the block.
#define BEGIN_OUTPUT \
    "ldr r1, [r4, #16]\n" \
    "ldm r1!, {r3}\n" \
    "str r1, [r4, #16]\n" \
    HALVES \
    "ldr r1, [r4, #28]\n" \
    "mov r11, r1\n" \
    "ldr r5, [r4, #24]\n" \
    "adds r1, r5, #1\n" \
    "str r1, [r4, #24]\n" \
    "ldr r6, [r4, #40]\n" \
    "rsbs r7, r7, #0\n"

MNF_HOT __attribute__((naked)) void mnf_block_of_4(__attribute__((unused)) mnf_block_t *block) {
    __asm__ volatile (
        ENTER(44, 48)
        "1:\n"
        BEGIN_CHANNEL(3)
        "push {r4}\n" // where the columns end
        "beq 3f\n"
        "2:\n"
        QUAD_4(0)
        ADVANCE(4)
        "cmp r7, r11\n"
        "bne 2b\n"
        "3:\n"
        "pop {r2}\n"
        "11:\n"
        "mov r11, r2\n"
        "cmp r7, r11\n"
        "bne 4f\n"
        "b 5f\n"
        "4:\n"
        QUAD_4(0)
        QUAD_4(4)
        QUAD_4(8)
        QUAD_4(12)
        ADVANCE(16)
        "cmp r7, r11\n"
        "beq 5f\n"
        "b 4b\n"
        "5:\n"
        "ldr r4, [sp]\n"
        "ldr r7, [r4, #12]\n"
        "ldm r7!, {r1}\n"
        "str r7, [r4, #12]\n"
        "lsls r3, r5, #16\n"
        "lsls r7, r6, #16\n"
        "mov r0, r8\n"
        "subs r0, r0, r3\n"
        "mov r2, r9\n"
        "subs r2, r2, r7\n"
        "adds r0, r0, r1\n"
        "adds r5, r5, r1\n"
        "adds r2, r2, r1\n"
        "adds r6, r6, r1\n"
        "ldr r1, [r4, #20]\n"
        "ldm r1!, {r7}\n"
        "str r1, [r4, #20]\n"
        "cmp r7, #0\n"
        "ble 6f\n"
        "lsls r0, r7\n"
        "lsls r5, r7\n"
        "lsls r2, r7\n"
        "lsls r6, r7\n"
        "movs r7, #0\n"
        "6:\n"
        "mov r8, r5\n"
        "mov r9, r2\n"
        "push {r6}\n"
        BEGIN_OUTPUT
        OUTPUT
        NEXT_OUTPUT(r8)
        NEXT_OUTPUT(r9)
        "pop {r0}\n"
        "ldr r1, [sp]\n"
        "ldr r1, [r1, #36]\n"
        "cmp r1, #3\n"
        "beq 7f\n"
        "add r5, r11\n"
        OUTPUT
        "7:\n"
        "ldr r0, [sp]\n"
        "ldr r1, [r0, #32]\n"
        "subs r1, r1, #1\n"
        "str r1, [r0, #32]\n"
        "beq 8f\n"
        "ldr r1, [r0, #52]\n"
        "cmp r1, #0\n"
        "bne 9f\n"
        "b 1b\n"
        "9:\n"
        NEXT_ROW
        "beq 10f\n"
        "mov r11, r1\n"
        "push {r2}\n"
        "b 2b\n"
        "10: b 11b\n"
        "8:\n"
        LEAVE);
}

MNF_HOT __attribute__((naked)) void mnf_block_of_2(__attribute__((unused)) mnf_block_t *block) {
    __asm__ volatile (
        ENTER(44, 48)
        "1:\n"
        BEGIN_CHANNEL(2)
        "push {r4}\n"
        "beq 3f\n"
        "2:\n"
        QUAD_2(0)
        ADVANCE(4)
        "cmp r7, r11\n"
        "bne 2b\n"
        "3:\n"
        "pop {r2}\n"
        "11:\n"
        "mov r11, r2\n"
        "cmp r7, r11\n"
        "beq 5f\n"
        "4:\n"
        QUAD_2(0)
        QUAD_2(4)
        QUAD_2(8)
        QUAD_2(12)
        ADVANCE(16)
        "cmp r7, r11\n"
        "bne 4b\n"
        "5:\n"
        "ldr r4, [sp]\n"
        "ldr r7, [r4, #12]\n"
        "ldm r7!, {r1}\n"
        "str r7, [r4, #12]\n"
        "lsls r3, r5, #16\n"
        "mov r0, r8\n"
        "subs r0, r0, r3\n"
        "adds r0, r0, r1\n"
        "adds r5, r5, r1\n"
        "ldr r1, [r4, #20]\n"
        "ldm r1!, {r7}\n"
        "str r1, [r4, #20]\n"
        "cmp r7, #0\n"
        "ble 6f\n"
        "lsls r0, r7\n"
        "lsls r5, r7\n"
        "movs r7, #0\n"
        "6:\n"
        "mov r8, r5\n"
        BEGIN_OUTPUT
        OUTPUT
        "ldr r0, [sp]\n"
        "ldr r0, [r0, #36]\n"
        "cmp r0, #1\n"
        "beq 7f\n"
        NEXT_OUTPUT(r8)
        "7:\n"
        "ldr r0, [sp]\n"
        "ldr r1, [r0, #32]\n"
        "subs r1, r1, #1\n"
        "str r1, [r0, #32]\n"
        "beq 8f\n"
        "ldr r1, [r0, #52]\n"
        "cmp r1, #0\n"
        "bne 9f\n"
        "b 1b\n"
        "9:\n"
        NEXT_ROW
        "beq 10f\n"
        "mov r11, r1\n"
        "push {r2}\n"
        "b 2b\n"
        "10: b 11b\n"
        "8:\n"
        LEAVE);
}

// One packed word: 9 cycles. r1 and r2 are where the inputs end, r3 counts up to 0.
#define PACK(offset) \
    "ldrsb r4, [r1, r3]\n" \
    "ldrsb r5, [r2, r3]\n" \
    "lsls r5, r5, #16\n" \
    "adds r4, r4, r5\n" \
    "str r4, [r0, #" #offset "]\n" \
    "adds r3, #1\n"

// Eight inputs in 39 cycles, after those that do not make four words.
#define PACK_ALL(second, third, fourth, all) \
    ".syntax unified\n" \
    "push {r4, r5}\n" \
    "movs r4, r3\n" \
    "adds r1, r1, r3\n" \
    "adds r2, r2, r3\n" \
    "rsbs r3, r3, #0\n" \
    "lsrs r5, r4, #2\n" \
    "lsls r5, r5, #2\n" \
    "mov r12, r5\n" \
    "cmp r4, r5\n" \
    "beq 2f\n" \
    "1:\n" \
    PACK(0) \
    "adds r0, #" #second "\n" \
    "mov r4, r12\n" \
    "adds r4, r4, r3\n" \
    "bmi 1b\n" \
    "2: cmp r3, #0\n" \
    "beq 4f\n" \
    "3:\n" \
    PACK(0) \
    PACK(second) \
    PACK(third) \
    "ldrsb r4, [r1, r3]\n" \
    "ldrsb r5, [r2, r3]\n" \
    "lsls r5, r5, #16\n" \
    "adds r4, r4, r5\n" \
    "str r4, [r0, #" #fourth "]\n" \
    "adds r0, #" #all "\n" \
    "adds r3, #1\n" \
    "bmi 3b\n" \
    "4: pop {r4, r5}\n" \
    "bx lr\n"

MNF_HOT __attribute__((naked)) int32_t *mnf_pack_by_2(
    __attribute__((unused)) int32_t *words, __attribute__((unused)) const int8_t *a,
    __attribute__((unused)) const int8_t *b, __attribute__((unused)) int32_t n) {
    __asm__ volatile (PACK_ALL(8, 16, 24, 32));
}

MNF_HOT __attribute__((naked)) int32_t *mnf_pack_by_1(
    __attribute__((unused)) int32_t *words, __attribute__((unused)) const int8_t *a,
    __attribute__((unused)) const int8_t *b, __attribute__((unused)) int32_t n) {
    __asm__ volatile (PACK_ALL(4, 8, 12, 16));
}

#endif
