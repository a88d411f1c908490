"""Tests of what every process shares: rows, events, packages, the queue."""
