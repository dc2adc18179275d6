// Work shared by the cores of a chip.
//
// A kernel puts what its parts need to know into a job and calls mnf_parallel(run, &job), which calls run(&job, part,
// parts) once for each part, all at the same time, and returns when all have returned. Where the chip has one core,
// or Python is using the other one, there is one part. A kernel's result must not depend on how many there are.
//
// Rules for `run`: it calls nothing of MicroPython and allocates nothing; what it writes no other part reads or
// writes before a barrier; all parts meet the same barriers, as often as each other; it uses at most MNF_PART_STACK
// bytes of stack.
#ifndef MNF_PARALLEL_H
#define MNF_PARALLEL_H

#include <stdint.h>

// The most parts there ever are, in any build: scratch that each part has for itself is planned for so many.
#define MNF_MAX_PARTS 2

#define MNF_PART_STACK 1280

typedef void (*mnf_run_part_t)(void *job, uint32_t part, uint32_t parts);

#ifdef MNF_CORES // the port has them, see cores/

void mnf_parallel(mnf_run_part_t run, void *job);

// Inside a part: waits until all parts are here, and what they wrote can be read.
void mnf_barrier(void);

// How many cores mnf_parallel may use from now on. Returns how many it was.
uint32_t mnf_use_cores(uint32_t cores);

#else
#define MNF_CORES 1

static inline void mnf_parallel(mnf_run_part_t run, void *job) {
    run(job, 0, 1);
}

static inline void mnf_barrier(void) {
}

static inline uint32_t mnf_use_cores(uint32_t cores) {
    (void)cores;
    return 1;
}

#endif

// The share of a part in n things, from begin to before end: shares differ by at most one `step`, and begin at its
// multiples.
typedef struct {
    int32_t begin;
    int32_t end;
} mnf_share_t;

static inline mnf_share_t mnf_share(int32_t n, int32_t step, uint32_t part, uint32_t parts) {
    const uint32_t steps = ((uint32_t)n + (uint32_t)step - 1) / (uint32_t)step;
    const int32_t begin = (int32_t)(steps * part / parts) * step;
    const int32_t end = (int32_t)(steps * (part + 1) / parts) * step;
    return (mnf_share_t) {begin, end < n ? end : n};
}

#endif
