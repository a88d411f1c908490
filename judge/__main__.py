"""``python -m judge``: the same as the command ``judge``."""

from judge.cli import main

main()
