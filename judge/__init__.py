"""A self-hosted code judge: submissions come in over HTTP, verdicts go out live."""

__version__ = "0.1.0"
