# Recordings to labels, in one call of a pipeline each: model.mnf and .wav files lie beside, names in recordings.txt.
import minfer

pipeline = minfer.pipeline("model.mnf")
with open("recordings.txt") as names:
    for name in names:
        label, probability = pipeline.classify(name.strip())
        print("%s %s %.4f" % (name.strip(), label, probability))
print("ok")
