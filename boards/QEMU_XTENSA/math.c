// What the C library's header declares and MicroPython's lib/libm leaves to the library.
#include <stdint.h>

typedef union {
    float value;
    uint32_t bits;
} word_t;

int __finitef(float x);
float copysignf(float x, float y);
float fabsf(float x);
float nanf(const char *tag);

int __finitef(float x) {
    return ((word_t) {x}.bits & 0x7f800000) != 0x7f800000;
}

float copysignf(float x, float y) {
    return (word_t) {.bits = ((word_t) {x}.bits & 0x7fffffff) | ((word_t) {y}.bits & 0x80000000)}.value;
}

float fabsf(float x) {
    return (word_t) {.bits = (word_t) {x}.bits & 0x7fffffff}.value;
}

float nanf(const char *tag) {
    (void)tag;
    return (word_t) {.bits = 0x7fc00000}.value;
}
