"""Tests of the worker: its tasks, its sweeper, its ways to die."""
