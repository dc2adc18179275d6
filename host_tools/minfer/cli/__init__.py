"""The command line: `minfer convert`, `inspect`, `run`, `verify`; one module each."""

from minfer.cli.app import app, main
from minfer.cli.convert import convert
from minfer.cli.inspect import inspect
from minfer.cli.run import run
from minfer.cli.verify import verify

for command in (convert, inspect, run, verify):
    app.command()(command)

__all__ = ["app", "main"]
