include("../manifest.py")
freeze("$(PORT_DIR)/modules", "rp2.py")
freeze("../RP2")
