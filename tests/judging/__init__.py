"""Tests of judging: comparing, grading, whole judgings in real boxes."""
