"""Tests of `judge up`, with real servers and real processes."""
