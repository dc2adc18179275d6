# Front ends for sound: samples of int16 in, windows of features out. docs/AUDIO.md has their arguments.
from _minfer import MFCC, LogMel, MicroSpeech
