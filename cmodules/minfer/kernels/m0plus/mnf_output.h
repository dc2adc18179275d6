// Assembly that convolution and fully connected layers share: functions whose one argument is a struct, in r0, that hold what clamps
// outputs in r12 and lr.
#ifndef MNF_OUTPUT_H
#define MNF_OUTPUT_H

// Saves registers, the struct topmost. Where the struct holds min and max.
#define ENTER(least, most) \
    ".syntax unified\n" \
    "push {r0, r4, r5, r6, r7, lr}\n" \
    "mov r4, r8\n" \
    "mov r5, r9\n" \
    "mov r6, r10\n" \
    "mov r7, r11\n" \
    "push {r0, r4, r5, r6, r7}\n" \
    "ldr r1, [r0, #" #least "]\n" \
    "mov r12, r1\n" \
    "ldr r1, [r0, #" #most "]\n" \
    "mov lr, r1\n"

#define LEAVE \
    "pop {r0, r4, r5, r6, r7}\n" \
    "mov r8, r4\n" \
    "mov r9, r5\n" \
    "mov r10, r6\n" \
    "mov r11, r7\n" \
    "pop {r0, r4, r5, r6, r7, pc}\n"

// The multiplier in r3, for OUTPUT.
#define HALVES \
    "sxth r2, r3\n" \
    "subs r3, r3, r2\n" \
    "lsrs r3, r3, #16\n"

// Requantises the sum r0, clamps and stores it: 28 cycles. r1 r4 scratch, r2 r3 halves of the multiplier, r5 output, r6 output offset,
// r7 shift to the right. The product of sum and multiplier is made of four of 16 bits, both factors
// split into a signed low half and the rest: so the middle products' sum fits 32 bits, whatever the factors. A shift by 0 leaves
// the carry that undoes what is taken from negative sums.
#define OUTPUT \
    "sxth r1, r0\n" \
    "subs r0, r0, r1\n" \
    "asrs r0, r0, #16\n" \
    "movs r4, r2\n" \
    "muls r4, r1, r4\n" \
    "muls r1, r3, r1\n" \
    "asrs r4, r4, #16\n" \
    "adds r1, r1, r4\n" \
    "movs r4, r2\n" \
    "muls r4, r0, r4\n" \
    "muls r0, r3, r0\n" \
    "adds r1, r1, r4\n" \
    "lsls r0, r0, #1\n" \
    "asrs r1, r1, #15\n" \
    "adcs r0, r1\n" \
    "asrs r1, r0, #31\n" \
    "adds r0, r0, r1\n" \
    "asrs r0, r7\n" \
    "adcs r0, r6\n" \
    "cmp r0, r12\n" \
    "bge 50f\n" \
    "mov r0, r12\n" \
    "50: cmp r0, lr\n" \
    "ble 51f\n" \
    "mov r0, lr\n" \
    "51: strb r0, [r5]\n"

#endif
