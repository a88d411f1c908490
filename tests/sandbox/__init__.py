"""Tests of the sandbox, all in real boxes."""
