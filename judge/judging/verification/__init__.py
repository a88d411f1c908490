"""The checks that a verification of a package is made of, and the report that it ends with."""
