// What MicroPython's qemu port lacks for mps2-an505: its FPU, serial port, timer, and a ROMFS.
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/obj.h"
#include "py/objarray.h"
#include "extmod/vfs.h"
#include "uart.h"

// Addresses of the secure side; both devices are Arm's CMSDK (Arm DDI 0479).
#define CPACR (*(volatile uint32_t *)0xe000ed88)
#define UART ((volatile cmsdk_uart_t *)0x50200000)
#define TIMER ((volatile cmsdk_timer_t *)0x50000000)
#define TIMER_MHZ (20)

// 16 MB of RAM that the program does not use: qemu can load a ROMFS image here.
#define ROMFS_BASE ((void *)0x80000000)
#define ROMFS_BYTES (16 * 1024 * 1024)

typedef struct _cmsdk_uart_t {
    uint32_t data, state, ctrl, intstatus, bauddiv;
} cmsdk_uart_t;

typedef struct _cmsdk_timer_t {
    uint32_t ctrl, value, reload, intstatus;
} cmsdk_timer_t;

enum { UART_TX_FULL = 1, UART_RX_FULL = 2, UART_TX_ENABLE = 1, UART_RX_ENABLE = 2, TIMER_ENABLE = 1 };

void __real_mp_semihosting_init(void);
void __wrap_mp_semihosting_init(void);

// The port's first call after reset: nothing has used the FPU yet.
void __wrap_mp_semihosting_init(void) {
    CPACR |= 0xf << 20;
    __asm__ volatile ("dsb\n isb" ::: "memory");
    TIMER->reload = TIMER->value = UINT32_MAX;
    TIMER->ctrl = TIMER_ENABLE;
    __real_mp_semihosting_init();
}

void uart_init(void) {
    UART->bauddiv = 16;
    UART->ctrl = UART_TX_ENABLE | UART_RX_ENABLE;
}

int uart_rx_chr(void) {
    return UART->state & UART_RX_FULL ? (int)UART->data : UART_RX_NO_CHAR;
}

void uart_tx_strn(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        while (UART->state & UART_TX_FULL) {
        }
        UART->data = text[i];
    }
}

// The timer wraps every 214 s; somebody must ask that often for the sum to be right.
static uint64_t timer_ticks(void) {
    static uint64_t total;
    total += (uint32_t)(UINT32_MAX - TIMER->value - (uint32_t)total);
    return total;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return timer_ticks();
}

mp_uint_t mp_hal_ticks_us(void) {
    return timer_ticks() / TIMER_MHZ;
}

mp_uint_t mp_hal_ticks_ms(void) {
    return timer_ticks() / (TIMER_MHZ * 1000);
}

void mp_hal_delay_us(mp_uint_t us) {
    uint64_t end = timer_ticks() + (uint64_t)us * TIMER_MHZ;
    while (timer_ticks() < end) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    mp_hal_delay_us(ms * 1000);
}

mp_obj_t mp_vfs_rom_ioctl(size_t n_args, const mp_obj_t *args) {
    switch (mp_obj_get_int(args[0])) {
        case MP_VFS_ROM_IOCTL_GET_NUMBER_OF_SEGMENTS:
            return MP_OBJ_NEW_SMALL_INT(1);
        case MP_VFS_ROM_IOCTL_GET_SEGMENT:
            return mp_obj_new_memoryview('B', ROMFS_BYTES, ROMFS_BASE);
        default:
            return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
}
