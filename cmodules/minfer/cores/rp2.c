// Both cores of RP2040 and RP2350, for kernels/parallel.h.
//
// Core 1 is started when the first job comes. Between jobs it sleeps in serve(), whose code lies in RAM and which has
// no interrupt but the one that lets core 0 write flash: flash may be written at any time, the chip may sleep deeply.
//
// During a job core1_entry is set, as it is while a thread of Python runs on core 1. So an interrupt of core 0 that
// writes flash in the middle of a job halts core 1 first, and _thread finds the core in use; and where it is set
// already, core 1 belongs to Python, and a job has one part. Jobs of core 1's Python, and those of an interrupt
// inside of a job, have one too.
//
// Soft resets and new threads reset core 1, and nothing tells. A core 1 that does not take its job at once is
// therefore reset and started again.
#include "hardware/structs/scb.h"
#include "hardware/sync.h"
#include "pico/multicore.h"
#include "py/mpconfig.h"

#include "kernels/parallel.h"

#if MICROPY_PY_THREAD
#include "py/mpthread.h"
#else
static void *(*core1_entry)(void *);
#endif

// What serve() and the interrupt handlers of the SDK need besides the stack of a part.
#define SERVE_STACK 512

// Core 1 takes a job within 100 cycles where it is there; these are 10 cycles each.
#define TAKE_TRIES 500

static uint32_t allowed = 1;         // cores, see mnf_use_cores
static volatile bool joint[2];       // whether the job a core is in has two parts
static volatile uint32_t arrived[2]; // barriers of this job that a core has come to

static struct {
    mnf_run_part_t run;
    void *job;
    volatile uint32_t posted; // jobs, by core 0
    volatile uint32_t taken;  // the last one that core 1 has begun
    volatile uint32_t done;   // and ended
} post;

static uint32_t stack[(MNF_PART_STACK + SERVE_STACK) / sizeof(uint32_t)] __attribute__((aligned(8)));

static void __not_in_flash_func(serve)(void) {
    #ifndef __riscv
    scb_hw->scr |= 1 << 2; // SLEEPDEEP: asleep, it does not keep machine.lightsleep() from stopping the clocks
    #endif
    for (;;) {
        const uint32_t job = post.posted;
        if (job == post.taken) {
            __wfe();
            continue;
        }
        __dmb();
        joint[1] = true;
        post.taken = job;
        post.run(post.job, 1, 2);
        joint[1] = false;
        __dmb();
        post.done = job;
        __sev();
    }
}

static void start(void) {
    multicore_lockout_victim_init();
    serve();
}

static bool is_taken(void) {
    for (uint32_t tries = TAKE_TRIES; tries > 0; tries--) {
        if (post.taken == post.posted) {
            return true;
        }
    }
    return false;
}

static bool claim_core1(void) {
    const uint32_t interrupts = save_and_disable_interrupts();
    const bool is_free = core1_entry == NULL;
    if (is_free) {
        core1_entry = (void *(*)(void *))(uintptr_t)serve; // never called
    }
    restore_interrupts(interrupts);
    return is_free;
}

static void run_joint(mnf_run_part_t run, void *job) {
    arrived[0] = arrived[1] = 0;
    post.run = run;
    post.job = job;
    __dmb();
    post.posted++;
    __sev();
    if (!is_taken()) {
        multicore_reset_core1();
        multicore_launch_core1_with_stack(start, stack, sizeof(stack));
    }
    run(job, 0, 2);
    while (post.done != post.posted) {
        __wfe();
    }
    __dmb();
}

void mnf_parallel(mnf_run_part_t run, void *job) {
    const uint32_t core = get_core_num();
    const bool before = joint[core];
    joint[core] = core == 0 && allowed > 1 && claim_core1();
    if (joint[core]) {
        run_joint(run, job);
        core1_entry = NULL;
    } else {
        run(job, 0, 1);
    }
    joint[core] = before;
}

void mnf_barrier(void) {
    const uint32_t core = get_core_num();
    if (!joint[core]) {
        return;
    }
    const uint32_t barrier = arrived[core] + 1;
    __dmb();
    arrived[core] = barrier;
    __sev();
    while ((int32_t)(arrived[1 - core] - barrier) < 0) {
        __wfe();
    }
    __dmb();
}

uint32_t mnf_use_cores(uint32_t cores) {
    const uint32_t before = allowed;
    allowed = cores;
    return before;
}
