"""Tests of `judge autoscale`, with real workers."""
