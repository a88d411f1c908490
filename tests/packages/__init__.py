"""Problem packages as they are read from a folder."""
