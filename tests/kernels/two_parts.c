// mnf_parallel for two parts on one bare core with Thumb-2: each runs up to its next barrier while the other waits. Every
// second job it is the second part that begins, so that whatever needs a barrier and has none goes wrong in one of them.
#include <stdbool.h>

#include "kernels/parallel.h"

#define SAVED 9 // registers, see change()

static uint32_t stack[512] __attribute__((aligned(8)));
static uint32_t *waiting; // stack of the part that does not run
static mnf_run_part_t run_part;
static void *shared;
static bool ended;

// Goes on with the part that waits; returns when that one calls it.
static __attribute__((naked, noinline)) void change(__attribute__((unused)) uint32_t **stack_pointer) {
    __asm__ (
        "push {r4-r11, lr}\n"
        "ldr r1, [r0]\n"
        "str sp, [r0]\n"
        "mov sp, r1\n"
        "pop {r4-r11, pc}\n");
}

static void second(void) {
    run_part(shared, 1, 2);
    ended = true;
    change(&waiting);
}

void mnf_parallel(mnf_run_part_t run, void *job) {
    static bool second_first;
    run_part = run;
    shared = job;
    ended = false;
    waiting = stack + sizeof(stack) / sizeof(stack[0]) - SAVED - 1;
    waiting[SAVED - 1] = (uint32_t)(uintptr_t)second;
    second_first = !second_first;
    if (second_first) {
        change(&waiting);
    }
    run(job, 0, 2);
    while (!ended) {
        change(&waiting);
    }
}

void mnf_barrier(void) {
    if (!ended) {
        change(&waiting);
    }
}

uint32_t mnf_use_cores(uint32_t cores) {
    return cores;
}
