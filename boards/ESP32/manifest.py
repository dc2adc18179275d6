# minfer's Python, and what the port's own manifest freezes, but for _boot.py.
include("../manifest.py")
freeze(".", "_boot.py")
freeze(
    "$(PORT_DIR)/modules",
    ("apa106.py", "espnow.py", "flashbdev.py", "inisetup.py", "machine.py"),
)
require("bundle-networking")
require("aioespnow")
require("dht")
require("ds18x20")
require("neopixel")
require("onewire")
require("umqtt.robust")
require("umqtt.simple")
require("upysh")
