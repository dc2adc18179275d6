# What every firmware freezes: the Python under modules/, and MicroPython's own asyncio.
freeze("../modules")
include("$(MPY_DIR)/extmod/asyncio")
