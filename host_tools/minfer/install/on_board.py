# Sent to the prompt of a board that may not have minfer: what `minfer install` asks it to do.
import gc
import os
import sys

OURS = [name + end for name in ("minfer", "_minfer") for end in ("", ".py", ".mpy")]


def built_in():
    # Whether the firmware has minfer: files, and what boot.py imported of them, do not count.
    path = sys.path[:]
    sys.path[:] = [".frozen"]
    sys.modules.pop("_minfer", None)
    try:
        import _minfer

        return True
    except ImportError:
        return False
    finally:
        sys.path[:] = path


def hiding(lib):
    # The files that would be imported instead of those in lib.
    for folder in sys.path[: sys.path.index(lib)]:
        try:
            names = os.listdir(folder or "/")
        except OSError:
            continue  # .frozen, or not there
        for name in names:
            if name in OURS:
                print(repr(folder + "/" + name))


def make_folders(path):
    at = path.find("/", 1)
    while at > 0:
        make_folder(path[:at])
        at = path.find("/", at + 1)
    make_folder(path)


def make_folder(path):
    try:
        os.stat(path)
    except OSError:
        os.mkdir(path)


def remove_tree(path):
    try:
        is_folder = os.stat(path)[0] & 0x4000
    except OSError:
        return  # not there
    if is_folder:
        for name in os.listdir(path):
            remove_tree(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)


def free_heap():
    gc.collect()
    return gc.mem_free()


def trial(folder):
    # None, or why what lies in folder cannot be imported.
    sys.path.insert(0, folder)
    try:
        import minfer
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def swap(new, lib):
    # Until the last rename there is no package: nothing half old, half new can be imported.
    if "minfer" in os.listdir(lib):
        os.rename(lib + "/minfer", new + "/old")
    os.rename(new + "/_minfer.mpy", lib + "/_minfer.mpy")
    os.rename(new + "/minfer", lib + "/minfer")
    remove_tree(new)
