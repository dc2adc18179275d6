// What MicroPython's esp32 port takes from ESP-IDF's headers to compile a user C module: included before each source, with empty
// files in place of these headers.
#include <stddef.h>
#include <stdint.h>

typedef int esp_err_t;

typedef void *TaskHandle_t;
typedef void *SemaphoreHandle_t;
typedef struct {
    void *queue;
} StaticSemaphore_t;
typedef struct {
    uint32_t owner;
    uint32_t count;
} portMUX_TYPE;
void portENTER_CRITICAL(portMUX_TYPE *mux);
void portEXIT_CRITICAL(portMUX_TYPE *mux);

typedef int spi_host_device_t;
typedef int gpio_num_t;
enum {
    GPIO_OUT_REG,
    GPIO_MODE_INPUT,
    GPIO_MODE_INPUT_OUTPUT,
    GPIO_MODE_INPUT_OUTPUT_OD,
};
void esp_rom_gpio_pad_select_gpio(uint32_t pin);
esp_err_t gpio_set_direction(gpio_num_t pin, int mode);
esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level);
int gpio_get_level(gpio_num_t pin);
