"""Judging one submission: compile once, run test by test in a box, compare, and say what came of it."""

from judge.judging.executing import ExecutionProgress, execute
from judge.judging.judgement import Judging, Progress, judge
from judge.judging.pools import Pool
from judge.sandbox import Box, Feed, SandboxError, layers

# Whoever judges has boxes to make first; nobody else may reach for one.
__all__ = [
    "Box",
    "ExecutionProgress",
    "Feed",
    "Judging",
    "Pool",
    "Progress",
    "SandboxError",
    "execute",
    "judge",
    "layers",
]
