// The three ways a run ends before somebody stops it. Each message is one line for a person.

/** Input that cannot be used: a file that is missing, broken or for another chip. */
export class BadInput extends Error {}

/** An access or an instruction on which the chip takes a HardFault. */
export class Fault extends Error {}

/** The firmware stopped itself: a breakpoint instruction, or a restart into the USB boot loader. */
export class Halt extends Error {}
