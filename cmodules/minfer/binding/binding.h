// The Python face of the engine: module `_minfer`, types Model, Steps and Tensor.
#ifndef MINFER_BINDING_H
#define MINFER_BINDING_H

#include "engine/mnf.h"
#if MICROPY_ENABLE_DYNRUNTIME
#include "natmod/port.h"
#else
#include "port.h"
#endif
#include "signal/audio.h"

typedef struct {
    mp_obj_base_t base;
    mnf_model_t engine;
    mp_obj_t file;       // the buffer the model lies in
    mp_obj_t arena;      // the buffer it computes in
    void *state;         // what outlives a run; never shared
    mp_obj_t inputs;     // tuples of Tensor
    mp_obj_t outputs;
    void *volatile owner; // the call that is inside the engine, NULL for none
    uint32_t cores;       // that may share its work
    uint32_t run;         // counts runs begun, so that an overtaken steps() notices
} minfer_model_t;

// module.c

extern minfer_type_t minfer_model_type;
extern minfer_type_t minfer_steps_type;
extern minfer_type_t minfer_tensor_type;
extern minfer_type_t minfer_model_error_type;

// error.c

// `format % args`, as a Python string. The native ABI has no printf into a string.
mp_obj_t minfer_format(const char *format, size_t n, const mp_obj_t *args);
mp_obj_t minfer_str(const char *text);
__attribute__((noreturn)) void minfer_raise(const mp_obj_type_t *type, const char *format, size_t n, const mp_obj_t *args);
__attribute__((noreturn)) void minfer_raise_model_error(const mnf_error_t *error);

// model.c

mp_obj_t minfer_model_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void minfer_model_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
mp_obj_t minfer_model_run(size_t n_args, const mp_obj_t *args, mp_map_t *kw);
mp_obj_t minfer_model_predict(size_t n_args, const mp_obj_t *args, mp_map_t *kw);
mp_obj_t minfer_model_reset(mp_obj_t self_in);
mp_obj_t minfer_model_steps(size_t n_args, const mp_obj_t *args, mp_map_t *kw);

// Bytes on the heap; MemoryError, saying what for, where there are none.
void *minfer_allocate(const char *what, size_t size);

// The arena's first byte, at this moment: its buffer is the caller's and may have been resized. ValueError where it no
// longer serves, or where the model's own buffer has moved.
uint8_t *minfer_arena(const minfer_model_t *self);

// The lines of a metadata record, as a tuple of str; empty where there is no such record.
mp_obj_t minfer_meta_lines(const minfer_model_t *self, const char *tag);

// edge.c: inputs and outputs, `io` counts inputs first, then outputs

// One dtype: MicroPython's typecode and the name people know.
typedef struct {
    char code;
    char name[9];
} minfer_dtype_t;

const minfer_dtype_t *minfer_dtype(uint32_t dtype);
const mnf_tensor_t *minfer_io_tensor(const minfer_model_t *self, size_t io);
mp_obj_t minfer_shape(const mnf_tensor_t *tensor);
// "input", or "input 2" where there are several; outputs alike.
mp_obj_t minfer_io_label(const minfer_model_t *self, size_t io);
size_t minfer_count(const mnf_tensor_t *tensor);
// An array of the module array, whose elements are not set.
mp_obj_t minfer_new_array(uint32_t dtype, size_t count);

// Python's values into the inputs: buffers of the face's type, or where `real`, also whatever holds real numbers.
void minfer_put_inputs(const minfer_model_t *self, mp_obj_t x, bool real);
// ValueError where `out` could not take the outputs.
void minfer_check_outputs(const minfer_model_t *self, mp_obj_t out, bool real);
// The outputs into `out`, or into new arrays where it is None. Returns what the caller of run() or predict() gets.
mp_obj_t minfer_take_outputs(const minfer_model_t *self, mp_obj_t out, bool real);

// steps.c

mp_obj_t minfer_run(minfer_model_t *self, mp_obj_t x, mp_obj_t out, bool real);
// The state back to its initial image; RuntimeError while the model runs.
void minfer_reset(minfer_model_t *self);
mp_obj_t minfer_new_steps(minfer_model_t *self, mp_obj_t x, mp_obj_t out, bool real);
mp_obj_t minfer_steps_iternext(mp_obj_t self);

// tensor.c

// Its name in the model it was made from; "input", "output 1" where the file has none.
mp_obj_t minfer_io_name(const minfer_model_t *self, size_t io);
mp_obj_t minfer_new_tensors(minfer_model_t *self, size_t first_io, size_t n);
void minfer_tensor_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void minfer_tensor_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);

// audio.c

// A front end of the kind, from keyword arguments.
mp_obj_t minfer_new_audio(const mp_obj_type_t *type, const mnf_audio_kind_t *kind, size_t n_args, size_t n_kw,
    const mp_obj_t *args);
void minfer_audio_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
mp_obj_t minfer_audio_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw);
mp_obj_t minfer_audio_take(mp_obj_t self, mp_obj_t out);
mp_obj_t minfer_audio_reset(mp_obj_t self);

// motion.c

mp_obj_t minfer_motion_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void minfer_motion_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
mp_obj_t minfer_motion_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw);
mp_obj_t minfer_motion_take(mp_obj_t self, mp_obj_t out);
mp_obj_t minfer_motion_reset(mp_obj_t self);

// image.c

mp_obj_t minfer_picture_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void minfer_picture_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
mp_obj_t minfer_picture_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw);
mp_obj_t minfer_picture_take(size_t n_args, const mp_obj_t *args);
mp_obj_t minfer_picture_reset(mp_obj_t self);

#endif
