// Makes a CMSIS-NN of our own out of the portable kernels: a library compiled with -finstrument-functions calls the hook below
// on entry to each of its functions. At exit the counts are written to the file that CMSIS_NN_COUNTS names.
#include <stdio.h>
#include <stdlib.h>

#include "arm_nnfunctions.h"
#include "functions.h" // written by the test: FUNCTIONS(X) is X(name) for each that arm_nnfunctions.h declares

#define UNSEEN __attribute__((no_instrument_function))

static struct {
    const char *name;
    void *function;
    unsigned calls;
} counted[] = {
#define COUNT(function) {#function, (void *)function, 0},
    FUNCTIONS(COUNT)
#undef COUNT
};

UNSEEN void __cyg_profile_func_enter(void *function, void *caller);
UNSEEN void __cyg_profile_func_exit(void *function, void *caller);

void __cyg_profile_func_enter(void *function, void *caller) {
    (void)caller;
    for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
        counted[i].calls += counted[i].function == function;
    }
}

void __cyg_profile_func_exit(void *function, void *caller) {
    (void)function;
    (void)caller;
}

UNSEEN __attribute__((destructor)) static void report(void) {
    const char *path = getenv("CMSIS_NN_COUNTS");
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    if (file == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
        fprintf(file, "%s %u\n", counted[i].name, counted[i].calls);
    }
    fclose(file);
}
