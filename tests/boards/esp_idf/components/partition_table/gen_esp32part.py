"""Stands in for ESP-IDF's module: the "binary" table of its stand-in idf.py is the CSV file."""

from __future__ import annotations

from types import SimpleNamespace

APP_TYPE = 0
DATA_TYPE = 1


class PartitionTable(list):
    @classmethod
    def from_binary(cls, table: bytes) -> PartitionTable:
        rows = (line.split(",") for line in table.decode().splitlines() if line[:1] != "#")
        return cls(
            SimpleNamespace(
                name=name,
                type=APP_TYPE if kind.strip() == "app" else DATA_TYPE,
                offset=int(offset, 0),
                size=int(size, 0),
            )
            for name, kind, _, offset, size in rows
        )
