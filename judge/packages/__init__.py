"""Problem packages, read from a folder: the Kattis/ICPC problem package format.

https://www.kattis.com/problem-package-format/
"""

from judge.packages.assembling import read
from judge.packages.package import Package

__all__ = ["Package", "read"]
