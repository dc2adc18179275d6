# The front end for pictures: rows of a camera's frame in, a model's input out. docs/IMAGE.md has its arguments.
from _minfer import Picture

from minfer.bmp import Bmp
