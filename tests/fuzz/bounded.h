// What the programs that break files share: a validated file may ask for more RAM or time than a test has.
#ifndef BOUNDED_H
#define BOUNDED_H

#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

#include "../kernels/harness.h"
#include "crc32.h"

#define MOST_ARENA (1u << 20)
#define MOST_RUN_US 50000 // of processor time, an operator

static sigjmp_buf bounded_end;

static void bounded_expired(int signal_number) {
    (void)signal_number;
    siglongjmp(bounded_end, 1);
}

// Runs an operator to its end, or for as long as it may; false where it was cut off. The engine takes nothing it would have to give back.
static inline bool run_bounded(const mnf_model_t *model, const mnf_op_t *op, uint8_t *arena) {
    const struct itimerval limit = {.it_value = {.tv_usec = MOST_RUN_US}}, none = {.it_value = {0}};
    signal(SIGVTALRM, bounded_expired);
    if (sigsetjmp(bounded_end, 1)) {
        return false;
    }
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
    mnf_run_op(model, op, arena);
    setitimer(ITIMER_VIRTUAL, &none, NULL);
    return true;
}

// Puts the right checksum into a file whose size lies in its bytes.
static inline void mend_crc(uint8_t *file, size_t size) {
    mnf_header_t header;
    if (size < sizeof(header)) {
        return;
    }
    memcpy(&header, file, sizeof(header));
    if (header.file_size > 12 && header.file_size <= size) {
        header.crc = mnf_crc32(file + 12, header.file_size - 12);
        memcpy(file, &header, sizeof(header));
    }
}

#endif
