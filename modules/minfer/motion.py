# The front end for motion: samples of several axes in, features out. docs/MOTION.md has its arguments.
from _minfer import Motion
