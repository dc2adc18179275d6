// Running a model: all at once, or operator by operator.
#include "binding.h"
#include "kernels/parallel.h"

typedef struct {
    mp_obj_base_t base;
    minfer_model_t *model;
    mp_obj_t x;
    mp_obj_t out;
    bool real;
    const mnf_op_t *next; // operator
    mp_int_t index;       // of it
    uint32_t run;         // of the model, that these steps belong to
} steps_t;

static void run_op(minfer_model_t *self, const mnf_op_t *op, mp_int_t index) {
    // Callbacks run before the arena's address is asked for.
    minfer_poll();
    uint8_t *arena = minfer_arena(self);
    uint32_t cores = mnf_use_cores(self->cores);
    int32_t status = mnf_run_op(&self->engine, op, arena);
    mnf_use_cores(cores);
    if (status != 0) {
        mp_obj_t args[] = { mp_obj_new_int(index), minfer_str(mnf_op_name(op->opcode)), mp_obj_new_int(status) };
        minfer_raise(&mp_type_RuntimeError, "operator %d (%s): its kernel refused what it was given, an index out of range or a shape, with status %d", 3, args);
    }
}

static void begin(steps_t *steps) {
    minfer_model_t *self = steps->model;
    minfer_check_outputs(self, steps->out, steps->real);
    if (steps->x != mp_const_none) {
        minfer_put_inputs(self, steps->x, steps->real);
    }
    steps->next = mnf_first_op(&self->engine);
    steps->index = 0;
    steps->run = ++self->run;
}

static mp_obj_t begin_all(steps_t *steps) {
    begin(steps);
    return mp_const_none;
}

static mp_obj_t run_all(steps_t *steps) {
    begin(steps);
    for (; steps->next != NULL; steps->next = mnf_next_op(&steps->model->engine, steps->next)) {
        run_op(steps->model, steps->next, steps->index++);
    }
    return minfer_take_outputs(steps->model, steps->out, steps->real);
}

static mp_obj_t run_one(steps_t *steps) {
    minfer_model_t *self = steps->model;
    if (steps->run != self->run) {
        minfer_raise(&mp_type_RuntimeError, "model: another run has begun since these steps", 0, NULL);
    }
    run_op(self, steps->next, steps->index);
    steps->next = mnf_next_op(&self->engine, steps->next);
    if (steps->next == NULL && steps->out != mp_const_none) {
        minfer_take_outputs(self, steps->out, steps->real);
    }
    return mp_obj_new_int(steps->index++);
}

// Nobody else, of another thread or a callback of this one, may be inside the model meanwhile. Whatever is raised in
// there leaves the model free again.
static mp_obj_t exclusively(mp_obj_t (*body)(steps_t *steps), steps_t *steps) {
    minfer_model_t *self = steps->model;
    minfer_nlr_t nlr;
    if (minfer_nlr_push(&nlr) == 0) {
        if (!minfer_take_ownership(&self->owner, &nlr)) {
            minfer_raise(&mp_type_RuntimeError, "model: it is running already", 0, NULL);
        }
        mp_obj_t result = body(steps);
        self->owner = NULL;
        nlr_pop();
        return result;
    }
    if (self->owner == &nlr) {
        self->owner = NULL;
    }
    minfer_nlr_raise_again(&nlr);
}

mp_obj_t minfer_run(minfer_model_t *self, mp_obj_t x, mp_obj_t out, bool real) {
    steps_t steps = { .model = self, .x = x, .out = out, .real = real };
    return exclusively(run_all, &steps);
}

mp_obj_t minfer_new_steps(minfer_model_t *self, mp_obj_t x, mp_obj_t out, bool real) {
    steps_t *steps = mp_obj_malloc(steps_t, &minfer_steps_type);
    steps->model = self;
    steps->x = x;
    steps->out = out;
    steps->real = real;
    exclusively(begin_all, steps);
    return MP_OBJ_FROM_PTR(steps);
}

static mp_obj_t reset(steps_t *steps) {
    mnf_reset(&steps->model->engine);
    return mp_const_none;
}

void minfer_reset(minfer_model_t *self) {
    steps_t steps = { .model = self };
    exclusively(reset, &steps);
}

mp_obj_t minfer_steps_iternext(mp_obj_t self_in) {
    steps_t *self = MP_OBJ_TO_PTR(self_in);
    return self->next == NULL ? MP_OBJ_STOP_ITERATION : exclusively(run_one, self);
}
