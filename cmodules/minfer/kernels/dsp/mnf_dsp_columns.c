// im2col, see mnf_dsp_columns.h.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include "kernels/parallel.h"
#include "mnf_dsp_columns.h"

#define BYTES 192 // of rows or a window that are gathered first, on the stack
#define FEW 48    // of each of five windows

// Five pixels side by side. Per word of each: five LDR (and an addition for lack of a fourth multiple of `pitch`), ten
// SXTAB16, two STM: 18 instructions for 20 inputs, and the loop's own three for each 40.
//
// r0-r4 inputs, then odd ones; r5-r9 even ones; r10 next input; r11 offsets; r12 next word; lr pitch.
#define PACK_5 \
    "ldr r1, [r10, lr]\n ldr r2, [r10, lr, lsl #1]\n add r3, r10, lr\n ldr r3, [r3, lr, lsl #1]\n" \
    "ldr r4, [r10, lr, lsl #2]\n ldr r0, [r10], #4\n" \
    "sxtab16 r5, r11, r0\n sxtab16 r6, r11, r1\n sxtab16 r7, r11, r2\n sxtab16 r8, r11, r3\n sxtab16 r9, r11, r4\n" \
    "stm r12!, {r5-r9}\n" \
    "sxtab16 r0, r11, r0, ror #8\n sxtab16 r1, r11, r1, ror #8\n sxtab16 r2, r11, r2, ror #8\n" \
    "sxtab16 r3, r11, r3, ror #8\n sxtab16 r4, r11, r4, ror #8\n" \
    "stm r12!, {r0-r4}\n"

// `words`, 1 or more, of each of five pixels that are `pitch` bytes apart.
MNF_HOT __attribute__((naked)) static void pack_5(
    __attribute__((unused)) uint32_t *to, __attribute__((unused)) const int8_t *from,
    __attribute__((unused)) int32_t words, __attribute__((unused)) uint32_t offsets,
    __attribute__((unused)) int32_t pitch) {
    __asm__ (
        "push {r4-r11, lr}\n"
        "ldr lr, [sp, #36]\n"
        "mov r12, r0\n mov r10, r1\n mov r11, r3\n"
        "add r1, r1, r2, lsl #2\n"
        "push {r1}\n"
        "lsls r2, #31\n"
        "bne 2f\n"
        "1:\n"
        PACK_5
        "2:\n"
        PACK_5
        "ldr r0, [sp]\n"
        "cmp r10, r0\n"
        "bne 1b\n"
        "add sp, #4\n"
        "pop {r4-r11, pc}\n");
}

// A word of one pixel beside others, in 5 instructions: gcc 12 needs half as many again.
#define BESIDE \
    "ldr %[a], [%[from]], #4\n sxtab16 %[b], %[offsets], %[a], ror #8\n sxtab16 %[a], %[offsets], %[a]\n" \
    "str %[b], [%[to], #20]\n str %[a], [%[to]], #40\n"
#define PACK_BESIDE(words) \
    __asm__ volatile (words : [a] "=&r" (a), [b] "=&r" (b), [from] "+r" (from), [to] "+r" (to) \
        : [offsets] "r" (offsets) : "memory")

// A multiple of 4 inputs of one pixel.
static inline __attribute__((always_inline)) uint32_t *pack(
    uint32_t *to, const int8_t *from, int32_t n, uint32_t offsets, int32_t columns) {
    uint32_t a, b;
    if (columns == MNF_COLUMNS) {
        for (; n >= 16; n -= 16) {
            PACK_BESIDE(BESIDE BESIDE BESIDE BESIDE);
        }
        for (; n > 0; n -= 4) {
            PACK_BESIDE(BESIDE);
        }
        return to;
    }
    for (; n > 0; n -= 4, from += 4, to += 2 * columns) {
        mnf_pack_word(to, mnf_load(from), offsets, columns);
    }
    return to;
}

// A multiple of 4 inputs outside the image.
static inline uint32_t *pack_padding(uint32_t *to, int32_t n, int32_t columns) {
    for (; n > 0; n -= 4, to += 2 * columns) {
        to[0] = to[columns] = 0;
    }
    return to;
}

// The taps of a window that are inside of the image: begin and end, rows and columns.
typedef struct {
    mnf_taps_t rows, cols;
    const int8_t *first; // the first of them, of the group
} window_t;

static inline window_t window_of(const mnf_im2col_t *job, const int8_t *in, int32_t y, int32_t x) {
    const cmsis_nn_conv_params *conv = job->conv;
    const cmsis_nn_dims *filter = job->filter, *dims = job->in;
    window_t window = {
        mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, filter->h, dims->h),
        mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, filter->w, dims->w),
        in,
    };
    if (window.rows.begin >= window.rows.end || window.cols.begin >= window.cols.end) {
        window.rows.begin = window.rows.end = window.cols.begin = window.cols.end = 0;
        return window;
    }
    const int32_t iy = window.rows.start + window.rows.begin * conv->dilation.h;
    const int32_t ix = window.cols.start + window.cols.begin * conv->dilation.w;
    window.first += (iy * dims->w + ix) * dims->c;
    return window;
}

// Taps that lie side by side in the input are one run.
static inline bool is_dense(const mnf_im2col_t *job) {
    return job->conv->dilation.w == 1 && job->filter->c == job->in->c;
}

// From row to row of a window.
static inline int32_t line_of(const mnf_im2col_t *job) {
    return job->conv->dilation.h * job->in->w * job->in->c;
}

// A window whose taps have a multiple of 4 channels.
static void pack_taps(const mnf_im2col_t *job, const window_t *window, uint32_t *to, int32_t columns) {
    const cmsis_nn_dims *filter = job->filter;
    const mnf_taps_t rows = window->rows, cols = window->cols;
    const uint32_t offsets = mnf_offsets(job->conv->input_offset);
    const int32_t width = cols.end - cols.begin, step = job->conv->dilation.w * job->in->c, line = line_of(job);
    const int32_t run = is_dense(job) ? width * filter->c : filter->c, runs = is_dense(job) ? 1 : width;
    const int8_t *from = window->first;
    to = pack_padding(to, rows.begin * filter->w * filter->c, columns);
    for (int32_t ky = rows.begin; ky < rows.end; ky++, from += line) {
        to = pack_padding(to, cols.begin * filter->c, columns);
        for (int32_t i = 0; i < runs; i++) {
            to = pack(to, from + i * step, run, offsets, columns);
        }
        to = pack_padding(to, (filter->w - cols.end) * filter->c, columns);
    }
    pack_padding(to, (filter->h - rows.end) * filter->w * filter->c, columns);
}

static inline void copy(int8_t *to, const int8_t *from, int32_t n) {
    int32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        memcpy(to + i, from + i, 4);
    }
    if (n >= 4) {
        memcpy(to + n - 4, from + n - 4, 4);
        return;
    }
    for (; i < n; i++) {
        to[i] = from[i];
    }
}

// A small dense window.
static void pack_small(const mnf_im2col_t *job, const window_t *window, uint32_t *to, int32_t columns) {
    const cmsis_nn_dims *filter = job->filter;
    const mnf_taps_t rows = window->rows, cols = window->cols;
    const int32_t all = filter->w * filter->c, depth = filter->h * all, run = (cols.end - cols.begin) * filter->c;
    const int32_t line = line_of(job), rest = depth & 3;
    const uint32_t offsets = mnf_offsets(job->conv->input_offset);
    int8_t bytes[BYTES];
    if ((rows.end - rows.begin) * run < depth) {
        memset(bytes, -job->conv->input_offset, (size_t)depth);
    }
    const int8_t *from = window->first;
    int8_t *row = bytes + rows.begin * all + cols.begin * filter->c;
    for (int32_t ky = rows.begin; ky < rows.end; ky++, from += line, row += all) {
        copy(row, from, run);
    }
    if (rest != 0 && depth > 4) {
        mnf_pack_rest(to, mnf_load(bytes + depth - 4), rest, offsets, columns);
        to += 2 * columns;
    }
    pack(to, bytes, depth < 4 ? 4 : depth & ~3, offsets, columns);
}

// Any other window, byte by byte.
static void pack_bytes(const mnf_im2col_t *job, const window_t *window, uint32_t *to, int32_t columns) {
    const cmsis_nn_dims *filter = job->filter;
    const mnf_taps_t rows = window->rows, cols = window->cols;
    const uint32_t offsets = mnf_offsets(job->conv->input_offset);
    const int32_t step = job->conv->dilation.w * job->in->c, line = line_of(job);
    const int32_t depth = filter->h * filter->w * filter->c;
    uint32_t *const first = to;
    uint32_t word = 0;
    int32_t n = 0;
    if (depth > 4 && (depth & 3) != 0) {
        to += 2 * columns;
    }
    for (int32_t ky = 0; ky < filter->h; ky++) {
        for (int32_t kx = 0; kx < filter->w; kx++) {
            const bool inside = ky >= rows.begin && ky < rows.end && kx >= cols.begin && kx < cols.end;
            const int8_t *from = window->first + (inside ? (ky - rows.begin) * line + (kx - cols.begin) * step : 0);
            for (int32_t c = 0; c < filter->c; c++) {
                word = word >> 8 | (uint32_t)(uint8_t)(inside ? from[c] : -job->conv->input_offset) << 24;
                if ((++n & 3) == 0) {
                    mnf_pack_word(to, word, offsets, columns);
                    to += 2 * columns;
                }
            }
        }
    }
    if (depth < 4) {
        mnf_pack_word(first, word >> (32 - 8 * depth), offsets, columns);
    } else if ((depth & 3) != 0) {
        mnf_pack_rest(first, word, depth & 3, offsets, columns);
    }
}

// Left in flash: few windows come here.
static __attribute__((noinline)) void pack_window(
    const mnf_im2col_t *job, const int8_t *in, int32_t y, int32_t x, uint32_t *to, int32_t columns) {
    const cmsis_nn_dims *filter = job->filter;
    const window_t window = window_of(job, in, y, x);
    if (filter->c % 4 == 0) {
        pack_taps(job, &window, to, columns);
    } else if (is_dense(job) && filter->h * filter->w * filter->c <= BYTES) {
        pack_small(job, &window, to, columns);
    } else {
        pack_bytes(job, &window, to, columns);
    }
}

// Windows of five pixels side by side, all with the same taps inside of the image: rows from `first` on, `line` bytes
// apart, each of a multiple of 4 bytes.
MNF_HOT static void pack_rows(
    const mnf_im2col_t *job, const int8_t *first, mnf_taps_t rows, int32_t line, uint32_t part, uint32_t parts) {
    const cmsis_nn_dims *filter = job->filter;
    const int32_t bytes = filter->w * filter->c, runs = is_dense(job) ? 1 : filter->w, words = bytes / runs / 4;
    const int32_t step = job->conv->dilation.w * job->in->c, pitch = job->conv->stride.w * job->in->c;
    const uint32_t offsets = mnf_offsets(job->conv->input_offset);
    const mnf_share_t share = mnf_share(words, 1, part, parts);
    uint32_t *to = job->columns;
    if (part == 0) {
        memset(to, 0, (size_t)(rows.begin * bytes * 2 * MNF_COLUMNS));
    }
    to += rows.begin * bytes / 2 * MNF_COLUMNS;
    for (int32_t ky = rows.begin; ky < rows.end; ky++, first += line) {
        for (int32_t i = 0; i < runs; i++, to += words * 2 * MNF_COLUMNS) {
            if (share.begin < share.end) {
                pack_5(to + share.begin * 2 * MNF_COLUMNS, first + i * step + share.begin * 4, share.end - share.begin,
                    offsets, pitch);
            }
        }
    }
    if (part == 0) {
        memset(to, 0, (size_t)((filter->h - rows.end) * bytes * 2 * MNF_COLUMNS));
    }
}

// The same where rows are of other numbers of bytes, few in all: gathered first, window by window.
MNF_HOT static void pack_few(
    const mnf_im2col_t *job, const int8_t *first, mnf_taps_t rows, int32_t line, uint32_t part, uint32_t parts) {
    const cmsis_nn_dims *filter = job->filter;
    const int32_t all = filter->w * filter->c, depth = filter->h * all, rest = depth & 3;
    const int32_t pitch = job->conv->stride.w * job->in->c;
    const uint32_t offsets = mnf_offsets(job->conv->input_offset);
    const mnf_share_t share = mnf_share(depth / 4, 1, part, parts);
    int8_t bytes[MNF_COLUMNS * FEW];
    if (rows.end - rows.begin < filter->h) {
        memset(bytes, -job->conv->input_offset, sizeof(bytes));
    }
    for (int32_t i = 0; i < MNF_COLUMNS; i++) {
        const int8_t *from = first + i * pitch;
        int8_t *row = bytes + i * FEW + rows.begin * all;
        for (int32_t ky = rows.begin; ky < rows.end; ky++, from += line, row += all) {
            copy(row, from, all);
        }
    }
    uint32_t *to = job->columns;
    if (rest != 0) {
        for (int32_t i = 0; part == 0 && i < MNF_COLUMNS; i++) {
            mnf_pack_rest(to + i, mnf_load(bytes + i * FEW + depth - 4), rest, offsets, MNF_COLUMNS);
        }
        to += 2 * MNF_COLUMNS;
    }
    if (share.begin < share.end) {
        pack_5(to + share.begin * 2 * MNF_COLUMNS, bytes + share.begin * 4, share.end - share.begin, offsets, FEW);
    }
}

// Five pixels at once, from (y, x) on; false, with nothing done, where that cannot be.
static bool pack_five(
    const mnf_im2col_t *job, const int8_t *in, int32_t y, int32_t x, uint32_t part, uint32_t parts) {
    const cmsis_nn_conv_params *conv = job->conv;
    const cmsis_nn_dims *filter = job->filter, *dims = job->in;
    const int32_t all = filter->w * filter->c, depth = filter->h * all;
    const bool in_words = filter->c % 4 == 0 || (is_dense(job) && all % 4 == 0);
    if (x + MNF_COLUMNS > job->out->w || (!in_words && (!is_dense(job) || depth < 4 || depth > FEW))) {
        return false;
    }
    void (*const pack_them)(const mnf_im2col_t *, const int8_t *, mnf_taps_t, int32_t, uint32_t, uint32_t) =
        in_words ? pack_rows : pack_few;
    mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, filter->h, dims->h);
    if (rows.begin >= rows.end) {
        rows = (mnf_taps_t) {0, 0, 0};
    }
    const int32_t left = x * conv->stride.w - conv->padding.w;
    const int32_t right = left + (MNF_COLUMNS - 1) * conv->stride.w + (filter->w - 1) * conv->dilation.w;
    const int32_t line = line_of(job), row = (rows.start + rows.begin * conv->dilation.h) * dims->w;
    if (left >= 0 && right < dims->w) {
        pack_them(job, in + (row + left) * dims->c, rows, line, part, parts);
        return true;
    }
    // At an edge: from a copy of the few rows, with the padding beside them.
    const int32_t width = right - left + 1, height = rows.end - rows.begin;
    const int32_t begin = left < 0 ? -left : 0, end = right < dims->w ? width : dims->w - left;
    if (!is_dense(job) || filter->c > BYTES || width > BYTES || height > BYTES
        || height * width * filter->c > BYTES) {
        return false;
    }
    const int32_t pitch = width * filter->c;
    int8_t bytes[BYTES];
    memset(bytes, -conv->input_offset, (size_t)(height * pitch));
    for (int32_t ky = 0; ky < height; ky++) {
        copy(bytes + ky * pitch + begin * filter->c, in + (row + left + begin) * filter->c + ky * line,
            (end - begin) * filter->c);
    }
    pack_them(job, bytes, rows, pitch, part, parts);
    return true;
}

MNF_HOT void mnf_im2col(
    const mnf_im2col_t *job, const int8_t *in, int32_t pixel, int32_t count, int32_t columns,
    uint32_t part, uint32_t parts) {
    const cmsis_nn_conv_params *conv = job->conv;
    const cmsis_nn_dims *filter = job->filter, *dims = job->in;
    const bool is_pointwise = filter->h * filter->w * conv->stride.h * conv->stride.w == 1
        && conv->padding.h == 0 && conv->padding.w == 0 && job->out->w == dims->w;
    if (is_pointwise && filter->c % 4 == 0 && count == MNF_COLUMNS) {
        const mnf_share_t share = mnf_share(filter->c / 4, 1, part, parts);
        if (share.begin < share.end) {
            pack_5(job->columns + share.begin * 2 * MNF_COLUMNS, in + pixel * dims->c + share.begin * 4,
                share.end - share.begin, mnf_offsets(conv->input_offset), dims->c);
        }
        return;
    }
    int32_t y = pixel / job->out->w, x = pixel - y * job->out->w;
    if (count == MNF_COLUMNS && pack_five(job, in, y, x, part, parts)) {
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        if ((uint32_t)i % parts == part) {
            pack_window(job, in, y, x, job->columns + i, columns);
        }
        if (++x == job->out->w) {
            x = 0;
            y++;
        }
    }
}
#endif
