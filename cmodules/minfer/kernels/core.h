// Which core family the compiler builds for, and which functions that family has of its own.
//
// A family's folder beside this file replaces single functions of kernels/portable. All folders are always compiled: a family's
// file is empty unless MNF_CORE_... is its own, a portable function is left out where MNF_OWN_... says that the family has one.
// kernels/extra has functions that the CMSIS-NN interface has no names for: they are built beside a CMSIS-NN of the user's too.
// -DMNF_PORTABLE builds the portable functions for every core. No two files of all folders have the same name.
//
// The host's compiler plans the arena with the kernels it was built with, and the file runs on every core. So what a
// *_get_buffer_size returns is the same on all of them, the most that any family needs: these stay in the portable files.
#ifndef MNF_CORE_H
#define MNF_CORE_H

#if defined(MNF_PORTABLE)
#elif defined(__ARM_ARCH_6M__)
#define MNF_CORE_M0PLUS 1
#define MNF_OWN_DEPTHWISE_S8 1
#define MNF_OWN_ELEMENTWISE_ADD_S8 1
#define MNF_OWN_FULLY_CONNECTED_S8 1
#define MNF_OWN_CONVOLVE_S8 1
#elif defined(__ARM_FEATURE_DSP)
#define MNF_CORE_DSP 1
#define MNF_OWN_ELEMENTWISE_ADD_S8 1
#define MNF_OWN_FULLY_CONNECTED_S8 1
#define MNF_OWN_CONVOLVE_S8 1
#else // in C that suits most compilers and cores, except what a family has of its own
#define MNF_BLOCKED 1
#define MNF_OWN_ELEMENTWISE_ADD_S8 1
#define MNF_OWN_FULLY_CONNECTED_S8 1
#if defined(__riscv) && __riscv_xlen == 32
#define MNF_CORE_RV32 1
#define MNF_FOUR_PIXELS 1
#elif __XCHAL_HAVE_MAC16 // Xtensa: the ESP32's LX6, the S3's LX7 (its vector unit would be a family before this one); not the S2's
#define MNF_CORE_MAC16 1
#define MNF_FOUR_PIXELS 1
#endif
#if MNF_FOUR_PIXELS
#define MNF_OWN_CONVOLVE_S8 1
#endif
#endif

// Kernels whose output must not lie over their input, whatever kernels/overlap.h promises: the portable depthwise convolution, and
// those of a CMSIS-NN linked instead (the build files say so). The engine gives them a copy.
#if defined(MNF_PORTABLE) || defined(MNF_CMSIS_NN)
#define MNF_COPIES_INPUT 1
#endif

// Put before the definition of a function that most of an inference is spent in: with MINFER_RAM_KERNELS=1, the default on the
// RP2 chips, it runs from RAM, where no code has to wait for the flash.
#if MINFER_RAM_KERNELS
#define MNF_HOT __attribute__((section(".time_critical.minfer")))
#else
#define MNF_HOT
#endif

#endif
