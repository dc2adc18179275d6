#include "mnf_m0plus.h"
#include "mnf_output.h"

#if MNF_CORE_M0PLUS

// Offsets in mnf_block_t: entry 0, back 4, end 8, columns 12, row 16, depth 20, channel 24, output 28, step 32, less 36, more 40,
// min 44, max 48, channels 52, multiplier 56, shift 60, output_offset 64.
//
// Registers while multiplying: r0 four weights, r1 one of them, r2 r3 r4 products, r5 r6 sums of the high lanes (pixels 1, 3),
// r7 columns; r8 r9 sums of whole words, r10 weights, r11 where columns end; r12 min, lr max throughout.
// While requantising: r0 r1 scratch, r2 output, r3 how, r4 factor, r5 less, r6 more, r7 step; the stack, r8 r9 r11 sums.

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

// The loop takes 2^log2_words words of weights; a row begins in the middle of it where its words are not a multiple of that.
#define LOOP(quad, rest, quad_bytes, log2_words) \
    ".balign 4\n" \
    "4:\n" \
    quad(0) \
    "41:\n" \
    rest \
    ".if 41b - 4b - " #quad_bytes "\n" \
    ".error \"quad_bytes\"\n" \
    ".endif\n" \
    "movs r2, #4 << " #log2_words "\n" \
    "add r10, r2\n" \
    "cmp r7, r11\n" \
    "beq 5f\n" \
    "b 4b\n" \
    "5:\n"

// And into the loop.
#define ZERO_SUMS \
    "movs r5, #0\n" \
    "movs r6, #0\n" \
    "mov r8, r5\n" \
    "mov r9, r5\n" \
    "mov pc, r2\n"

// Begins a channel, the block in r0: from the word its row begins in, with the zeros before the column for what precedes the row.
#define BEGIN(log2_bytes, quad_bytes, log2_words) \
    "1:\n" \
    "ldr r1, [r0, #16]\n" \
    "ldr r2, [r0, #20]\n" \
    "adds r3, r1, r2\n" \
    "str r3, [r0, #16]\n" \
    "movs r3, #3\n" \
    "ands r3, r1\n" \
    "subs r1, r1, r3\n" \
    "adds r2, r2, r3\n" \
    "adds r2, #3\n" \
    "lsrs r2, r2, #2\n" \
    "ldr r7, [r0, #12]\n" \
    "lsls r3, r3, #" #log2_bytes "\n" \
    "subs r7, r7, r3\n" \
    "lsls r3, r2, #" #log2_bytes " + 2\n" \
    "adds r3, r3, r7\n" \
    "mov r11, r3\n" \
    "str r3, [r0, #8]\n" \
    "rsbs r2, r2, #0\n" \
    "lsls r2, r2, #32 - " #log2_words "\n" \
    "lsrs r2, r2, #30 - " #log2_words "\n" \
    "str r2, [r0, #4]\n" \
    "subs r1, r1, r2\n" \
    "mov r10, r1\n" \
    "movs r3, #" #quad_bytes " / 2\n" \
    "muls r2, r3, r2\n" \
    "lsrs r2, r2, #1\n" \
    "adr r3, 4f\n" \
    "adds r2, r2, r3\n" \
    "ldr r3, [r0, #20]\n" \
    "lsls r3, r3, #30\n" \
    "bne 2f\n" \
    "str r2, [r0]\n" \
    "2:\n" \
    ZERO_SUMS

// The next channel, if there is one. Where all rows lie alike, what the first one needs is known.
#define NEXT \
    "lsls r3, r3, #16\n" \
    "bcs 6f\n" \
    "ldr r0, [sp]\n" \
    "ldm r0!, {r2, r3, r4, r7}\n" \
    "cmp r2, #0\n" \
    "beq 3f\n" \
    "mov r11, r4\n" \
    "mov r4, r10\n" \
    "subs r4, r4, r3\n" \
    "mov r10, r4\n" \
    ZERO_SUMS \
    "6:\n"

// The block in r4: r1 the channel's bias, r3 how.
#define CHANNEL \
    "ldr r7, [r4, #24]\n" \
    "ldm r7!, {r1, r3}\n" \
    "str r7, [r4, #24]\n"

// The flags say whether any sum is to be computed in full, the block is in r4, the sum of pixel 0 in r0 and on the stack from here on.
#define BEGIN_OUTPUT \
    "push {r0}\n" \
    "ldr r7, [r4, #32]\n" \
    "ldr r2, [r4, #28]\n" \
    "bne 7f\n" \
    "adds r1, r2, #1\n" \
    "str r1, [r4, #28]\n" \
    "ldr r5, [r4, #36]\n" \
    "ldr r6, [r4, #40]\n" \
    "lsrs r4, r3, #18\n" \
    "bcs 8f\n" \
    "lsls r1, r4, #16\n" \
    "subs r5, r5, r1\n" \
    "subs r6, r6, r1\n" \
    "9:\n"

// What is unusual, then back. At 3 the next row is looked at anew; at 7 and 85 no output is decided; at 8 a factor is shifted to
// the left by as many bits as a limit is less than 17, and the first rounding is off by so much more.
#define UNUSUAL \
    "3:\n" \
    "subs r0, #16\n" \
    "b 1b\n" \
    "7:\n" \
    "adds r1, r2, #1\n" \
    "str r1, [r4, #28]\n" \
    "85:\n" \
    "movs r4, #0\n" \
    "movs r5, #1\n" \
    "lsls r5, r5, #31\n" \
    "mvns r6, r5\n" \
    "b 9b\n" \
    "8:\n" \
    "beq 85b\n" \
    "lsls r1, r4, #16\n" \
    "subs r5, r5, r1\n" \
    "subs r6, r6, r1\n" \
    "lsrs r1, r3, #8\n" \
    "uxtb r1, r1\n" \
    "rsbs r1, r1, #0\n" \
    "adds r1, #17\n" \
    "lsls r4, r1\n" \
    "movs r0, #1\n" \
    "lsls r0, r0, #13\n" \
    "lsls r0, r1\n" \
    "subs r5, r5, r0\n" \
    "adds r6, r6, r0\n" \
    "ldr r0, [sp]\n" \
    "b 9b\n"

// The sum r0 becomes output i: 14 cycles.
#define OUTPUT_OF(i) \
    "lsrs r0, r3\n" \
    "muls r0, r4, r0\n" \
    "adds r1, r0, r5\n" \
    "adds r0, r0, r6\n" \
    "asrs r0, r0, #20\n" \
    "cmp r0, r12\n" \
    "ble 6" #i "f\n" \
    "asrs r1, r1, #20\n" \
    "cmp r0, r1\n" \
    "bne 7" #i "f\n" \
    "cmp r0, lr\n" \
    "bgt 8" #i "f\n" \
    "9" #i ":\n" \
    "strb r0, [r2]\n" \
    "5" #i ":\n"

#define SELDOM(i, sum) \
    "6" #i ":\n" \
    "mov r0, r12\n" \
    "b 9" #i "b\n" \
    "7" #i ":\n" \
    sum \
    "bl mnf_block_in_full\n" \
    "b 5" #i "b\n" \
    "8" #i ":\n" \
    "mov r0, lr\n" \
    "b 9" #i "b\n"

// Stores the output of the sum r0, computed in full: 85 cycles. The block is on the stack below a word.
MNF_HOT __attribute__((naked, used)) void mnf_block_in_full(void);
MNF_HOT void mnf_block_in_full(void) {
    __asm__ volatile (
        ".syntax unified\n"
        "push {r2, r3, r4, r5, r6, r7, lr}\n"
        "movs r5, r2\n"
        "lsrs r3, r3, #8\n"
        "subs r3, #1\n"
        "movs r1, #1\n"
        "lsls r1, r3\n"
        "subs r0, r0, r1\n"
        "ldr r1, [sp, #32]\n"
        "ldr r2, [r1, #48]\n"
        "mov lr, r2\n"
        "ldr r2, [r1, #24]\n"
        "ldr r4, [r1, #52]\n"
        "subs r2, r2, r4\n"
        "lsrs r2, r2, #1\n"
        "subs r2, #4\n"
        "ldr r3, [r1, #56]\n"
        "ldr r3, [r3, r2]\n"
        "ldr r7, [r1, #60]\n"
        "ldr r7, [r7, r2]\n"
        "ldr r6, [r1, #64]\n"
        "cmp r7, #0\n"
        "ble 1f\n"
        "lsls r0, r7\n"
        "movs r7, #0\n"
        "1: rsbs r7, r7, #0\n"
        HALVES
        OUTPUT
        "pop {r2, r3, r4, r5, r6, r7}\n"
        "pop {r1}\n"
        "bx r1\n");
}

MNF_HOT __attribute__((naked)) void mnf_block_of_4(__attribute__((unused)) mnf_block_t *block) {
    __asm__ volatile (
        ENTER(44, 48)
        BEGIN(3, 72, 3)
        LOOP(QUAD_4, QUAD_4(4) QUAD_4(8) QUAD_4(12) QUAD_4(16) QUAD_4(20) QUAD_4(24) QUAD_4(28), 72, 3)
        "ldr r4, [sp]\n"
        "lsls r3, r5, #16\n"
        "lsls r7, r6, #16\n"
        "mov r0, r8\n"
        "subs r0, r0, r3\n"
        "mov r2, r9\n"
        "subs r2, r2, r7\n"
        CHANNEL
        "adds r0, r0, r1\n"
        "adds r5, r5, r1\n"
        "adds r2, r2, r1\n"
        "adds r6, r6, r1\n"
        "movs r1, r0\n"
        "orrs r1, r5\n"
        "orrs r1, r2\n"
        "orrs r1, r6\n"
        "lsrs r7, r3, #8\n"
        "lsrs r1, r7\n"
        "mov r8, r5\n"
        "mov r9, r2\n"
        "mov r11, r6\n"
        BEGIN_OUTPUT
        OUTPUT_OF(0)
        "adds r2, r2, r7\n"
        "mov r0, r8\n"
        OUTPUT_OF(1)
        "adds r2, r2, r7\n"
        "mov r0, r9\n"
        OUTPUT_OF(2)
        "adds r2, r2, r7\n"
        "mov r0, r11\n"
        OUTPUT_OF(3)
        "add sp, #4\n"
        NEXT
        LEAVE
        UNUSUAL
        SELDOM(0, "ldr r0, [sp]\n")
        SELDOM(1, "mov r0, r8\n")
        SELDOM(2, "mov r0, r9\n")
        SELDOM(3, "mov r0, r11\n"));
}

MNF_HOT __attribute__((naked)) void mnf_block_of_2(__attribute__((unused)) mnf_block_t *block) {
    __asm__ volatile (
        ENTER(44, 48)
        BEGIN(2, 42, 2)
        LOOP(QUAD_2, QUAD_2(4) QUAD_2(8) QUAD_2(12), 42, 2)
        "ldr r4, [sp]\n"
        "lsls r3, r5, #16\n"
        "mov r0, r8\n"
        "subs r0, r0, r3\n"
        CHANNEL
        "adds r0, r0, r1\n"
        "adds r5, r5, r1\n"
        "movs r1, r0\n"
        "orrs r1, r5\n"
        "lsrs r7, r3, #8\n"
        "lsrs r1, r7\n"
        "mov r8, r5\n"
        BEGIN_OUTPUT
        OUTPUT_OF(0)
        "adds r2, r2, r7\n"
        "mov r0, r8\n"
        OUTPUT_OF(1)
        "add sp, #4\n"
        NEXT
        LEAVE
        UNUSUAL
        SELDOM(0, "ldr r0, [sp]\n")
        SELDOM(1, "mov r0, r8\n"));
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

// One word in 12 cycles: r1 sums of bytes in two lanes, r2 what tells of a byte that is 0, -128 to begin with.
#define SUM_WORD \
    "ldm r0!, {r3}\n" \
    "eors r3, r6\n" \
    "subs r4, r3, r5\n" \
    "bics r4, r3\n" \
    "orrs r2, r4\n" \
    "movs r4, r3\n" \
    "ands r4, r7\n" \
    "adds r1, r1, r4\n" \
    "lsrs r3, r3, #8\n" \
    "ands r3, r7\n" \
    "adds r1, r1, r3\n"

__attribute__((naked)) uint64_t mnf_sum_words(__attribute__((unused)) const uint32_t *words, __attribute__((unused)) uint32_t n) {
    __asm__ volatile (
        ".syntax unified\n"
        "push {r4, r5, r6, r7}\n"
        "lsls r4, r1, #2\n"
        "adds r4, r4, r0\n"
        "mov r12, r4\n"
        "ldr r5, 4f\n"
        "lsls r6, r5, #7\n"
        "ldr r7, 5f\n"
        "movs r2, #0\n"
        "lsrs r4, r1, #1\n" // the carry: whether words are odd in number
        "mov r1, r2\n"
        "bcs 2f\n"
        "1:\n"
        SUM_WORD
        "2:\n"
        SUM_WORD
        "cmp r0, r12\n"
        "bne 1b\n"
        "lsrs r0, r1, #16\n"
        "uxth r1, r1\n"
        "adds r0, r0, r1\n"
        "movs r1, r2\n"
        "pop {r4, r5, r6, r7}\n"
        "bx lr\n"
        ".balign 4\n"
        "4: .word 0x01010101\n"
        "5: .word 0x00ff00ff\n");
}

#endif
