"""A whole judge of real processes under load, while everything it stands on dies in turn: `make chaos`."""
