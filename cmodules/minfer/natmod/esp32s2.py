# Runs before handover.py: this chip takes modules for xtensawin, and code for the ESP32's core would crash it.
import sys

if "ESP32S2" in sys.implementation._machine.replace("-", ""):
    raise ImportError("expected an ESP32 or ESP32-S3, found an ESP32-S2: it has no FPU and no MAC16")
del sys
