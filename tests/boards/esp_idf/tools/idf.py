#!/usr/bin/env python3
"""Stands in for ESP-IDF's command: configures a project, and leaves files where its images would be.

idf.py -C PROJECT -B BUILD -D NAME=VALUE ... build
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("-C", dest="project", type=Path, required=True)
parser.add_argument("-B", dest="build", type=Path, required=True)
parser.add_argument("-D", dest="entries", action="append", default=[])
parser.add_argument("action", choices=["build"])
arguments = parser.parse_args()

entries = [f"-D{entry}" for entry in arguments.entries]
folders = ["-S", arguments.project, "-B", arguments.build]
subprocess.run(["cmake", "-G", "Ninja", *folders, *entries], check=True)

settings = (arguments.build / "sdkconfig").read_text("utf-8")
table = re.findall(r'^CONFIG_PARTITION_TABLE_CUSTOM_FILENAME="(.*)"', settings, re.MULTILINE)[-1]
for name in ("bootloader/bootloader", "partition_table/partition-table", "micropython"):
    image = arguments.build / f"{name}.bin"
    image.parent.mkdir(exist_ok=True)
    image.write_bytes(name.encode())
shutil.copy(arguments.project / table, arguments.build / "partition_table" / "partition-table.bin")
