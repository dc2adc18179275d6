include("../manifest.py")
freeze("$(PORT_DIR)/modules")
