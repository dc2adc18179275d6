# What MicroPython's own RP2 boards freeze, less the drivers of micropython-lib.
freeze("$(PORT_DIR)/modules")
include("$(MPY_DIR)/extmod/asyncio")
