"""What the tests of this folder share: the examples of the format's own tools."""

from tests.reference import reference as reference
