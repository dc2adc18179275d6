// Loads a model, runs it on one input and compares its outputs, byte for byte, on a bare core under QEMU.
// bench_mark() is called before and after the load, before the first operator and after each: the plugin count.c writes
// down how many instructions have run at each call. Exit code: 0 exact, 1 other outputs, 2 model refused, 3 a kernel
// refused, 4 fault, 5 an arena larger than the file planned.
#include <string.h>

#include "mnf.h"

// Where the linker script leaves room, and QEMU's loader puts the files.
extern const uint8_t bench_model[], bench_input[], bench_expected[];
extern uint8_t bench_arena[], bench_stack_top[];

int main(void);
void bench_mark(void);

__attribute__((noinline)) void bench_mark(void) {
    __asm__ volatile ("" ::: "memory");
}

#if defined(__XTENSA__)
#include <process.h>

// The files' names are arguments: they are mapped where the linker script has them, and RAM behind the program's own.
void start(char **argv) {
    const uintptr_t ram = ((uintptr_t)bench_arena + 4095) & ~(uintptr_t)4095;
    map_memory(ram, (uintptr_t)bench_stack_top - ram);
    map_file(argv[1], (uintptr_t)bench_model);
    map_file(argv[2], (uintptr_t)bench_input);
    map_file(argv[3], (uintptr_t)bench_expected);
    leave(main());
}

#else
static void leave(int code) {
    // Arm's semihosting: SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit.
    const uintptr_t block[2] = {0x20026, (uintptr_t)code};
#if defined(__riscv)
    register uintptr_t call __asm__ ("a0") = 0x20;
    register const uintptr_t *argument __asm__ ("a1") = block;
    __asm__ volatile (
        ".balign 16\n.option push\n.option norvc\nslli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
        : "+r" (call) : "r" (argument) : "memory");
#else
    register uintptr_t call __asm__ ("r0") = 0x20;
    register const uintptr_t *argument __asm__ ("r1") = block;
    __asm__ volatile ("bkpt 0xab" : "+r" (call) : "r" (argument) : "memory");
#endif
    for (;;) {
    }
}

static void fault(void) {
    leave(4);
}

static void start(void) {
#if !defined(__riscv) && defined(__ARM_FP)
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; // CPACR: the FPU, and with it MVE
    __asm__ volatile ("dsb\n isb" ::: "memory");
#endif
    leave(main());
}

#if defined(__riscv)
__attribute__((naked, used, section(".start"))) void bench_reset(void);
void bench_reset(void) {
    __asm__ volatile (
        ".option arch, +zicsr\n la sp, bench_stack_top\n la t0, %0\n csrw mtvec, t0\n j %1"
        :: "i" (fault), "i" (start));
}
#else
typedef void (*vector_t)(void);
__attribute__((used, section(".start"))) static const vector_t vectors[16] = {
    (vector_t)bench_stack_top, start, fault, fault, fault, fault, fault, fault,
    fault, fault, fault, fault, fault, fault, fault, fault,
};
#endif
#endif

int main(void) {
    mnf_model_t model;
    mnf_error_t error;
    const mnf_header_t *header = (const mnf_header_t *)(const void *)bench_model;
    bench_mark();
    const bool loaded = mnf_load(&model, bench_model, header->file_size, &error);
    bench_mark();
    if (!loaded) {
        return 2;
    }
    if (model.arena_size != header->arena_size) {
        return 5;
    }
    uint8_t *arena = bench_arena;
    memset(arena, 0xa5, model.arena_size);
    model.state = arena + ((model.arena_size + 15) & ~15u);
    mnf_reset(&model);
    const uint8_t *given = bench_input;
    const uint32_t n_inputs = model.header->n_inputs;
    for (uint32_t i = 0; i < n_inputs; i++) {
        const mnf_tensor_t *tensor = &model.tensors[model.io[i].tensor];
        memcpy(mnf_tensor_data(&model, tensor, arena), given, tensor->size);
        given += tensor->size;
    }
    bench_mark();
    for (const mnf_op_t *op = mnf_first_op(&model); op != NULL; op = mnf_next_op(&model, op)) {
        if (mnf_run_op(&model, op, arena) != 0) {
            return 3;
        }
        bench_mark();
    }
    const uint8_t *wanted = bench_expected;
    for (uint32_t i = 0; i < model.header->n_outputs; i++) {
        const mnf_tensor_t *tensor = &model.tensors[model.io[n_inputs + i].tensor];
        if (memcmp(mnf_tensor_data(&model, tensor, arena), wanted, tensor->size) != 0) {
            return 1;
        }
        wanted += tensor->size;
    }
    return 0;
}
