"""The command line `minfer`: one module a command."""

from minfer.cli.app import app, main
from minfer.cli.convert import convert
from minfer.cli.deploy import deploy
from minfer.cli.inspect import inspect
from minfer.cli.install import install
from minfer.cli.profile import profile
from minfer.cli.run import run
from minfer.cli.verify import verify

for command in (convert, inspect, run, verify, deploy, install, profile):
    app.command()(command)

__all__ = ["app", "main"]
