// What MicroPython's qemu port lacks for these boards: an FPU switched on, a timer, a ROMFS, mps2-an505's serial port.
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/obj.h"
#include "py/objarray.h"
#include "extmod/vfs.h"
#include "uart.h"

// QEMU loads a ROMFS image to memory that the program does not use. A timer counts up to UINT32_MAX and then from 0.
#if defined(QEMU_SOC_VIRT)

#define ROMFS_BASE ((void *)0x81000000)
#define ROMFS_BYTES (16 * 1024 * 1024)
#define MTIME (*(volatile uint32_t *)0x0200bff8) // its lower half, of SiFive's CLINT
#define TIMER_MHZ (10)

static uint32_t timer_count(void) {
    return MTIME;
}

#elif defined(QEMU_SOC_NRF51)

#define ROMFS_BASE ((void *)0x00080000) // the upper half of the flash
#define ROMFS_BYTES (512 * 1024)
#define TIMER_START (*(volatile uint32_t *)0x40008000) // Nordic's nRF51 Series Reference Manual, TIMER0
#define TIMER_CAPTURE (*(volatile uint32_t *)0x40008040)
#define TIMER_BITMODE (*(volatile uint32_t *)0x40008508)
#define TIMER_PRESCALER (*(volatile uint32_t *)0x40008510)
#define TIMER_CC (*(volatile uint32_t *)0x40008540)
#define TIMER_MHZ (1)
enum { TIMER_32_BITS = 3, TIMER_BY_16 = 4 };

static void timer_init(void) {
    TIMER_BITMODE = TIMER_32_BITS;
    TIMER_PRESCALER = TIMER_BY_16;
    TIMER_START = 1;
}

static uint32_t timer_count(void) {
    TIMER_CAPTURE = 1;
    return TIMER_CC;
}

#else // Arm's MPS2 boards, with Arm's CMSDK devices (Arm DDI 0479)

#if defined(QEMU_SOC_MPS2)
#define ROMFS_BASE ((void *)0x21000000)
#define TIMER ((volatile cmsdk_timer_t *)0x40000000)
#define TIMER_MHZ (25)
#else // mps2-an505, the secure side
#define ROMFS_BASE ((void *)0x80000000)
#define UART ((volatile cmsdk_uart_t *)0x50200000)
#define TIMER ((volatile cmsdk_timer_t *)0x50000000)
#define TIMER_MHZ (20)
#endif
#define ROMFS_BYTES (16 * 1024 * 1024)

typedef struct _cmsdk_timer_t {
    uint32_t ctrl, value, reload, intstatus;
} cmsdk_timer_t;
enum { TIMER_ENABLE = 1 };

static void timer_init(void) {
    TIMER->reload = TIMER->value = UINT32_MAX;
    TIMER->ctrl = TIMER_ENABLE;
}

static uint32_t timer_count(void) {
    return UINT32_MAX - TIMER->value;
}

#endif

#if defined(__arm__)

void __real_mp_semihosting_init(void);
void __wrap_mp_semihosting_init(void);

// The port's first call after reset: nothing has used the FPU yet.
void __wrap_mp_semihosting_init(void) {
    #if defined(__ARM_FP)
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; // CPACR: coprocessors 10 and 11
    __asm__ volatile ("dsb\n isb" ::: "memory");
    #endif
    timer_init();
    __real_mp_semihosting_init();
}

#endif

#if defined(UART)

typedef struct _cmsdk_uart_t {
    uint32_t data, state, ctrl, intstatus, bauddiv;
} cmsdk_uart_t;
enum { UART_TX_FULL = 1, UART_RX_FULL = 2, UART_TX_ENABLE = 1, UART_RX_ENABLE = 2 };

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

#endif

// The timer wraps every 171 s where it is fastest; somebody must ask that often for the sum to be right.
static uint64_t timer_ticks(void) {
    static uint64_t total;
    total += (uint32_t)(timer_count() - (uint32_t)total);
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
