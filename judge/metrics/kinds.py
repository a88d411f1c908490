"""Counters, gauges and histograms that are declared when they are imported, and made when they first count.

Where a process counts is decided after its imports (``judge.metrics.shared``), and a metric of
prometheus_client is bound to that when it is made.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from itertools import product
from typing import Any, ClassVar

import prometheus_client
from prometheus_client import CollectorRegistry

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types

REGISTRY = CollectorRegistry()
"""What this process alone has counted. Not the library's own: Flower, where it is loaded, counts there."""

DECLARED: list["Metric"] = []

_making = threading.Lock()


class Metric(ABC):
    """One name, with its labels and the values that each may have; none where only use will tell."""

    kind: ClassVar[str]

    def __init__(self, name: str, help_: str, **labels: Collection[str]) -> None:
        self.name, self.help, self.labels = name, help_, labels
        self._made: Any = None
        self._children: dict[tuple[str, ...], Any] = {}
        DECLARED.append(self)

    @abstractmethod
    def _make(self, name: str, help_: str, labels: Collection[str]) -> Any:
        """The library's metric of this kind."""

    def begin(self) -> None:
        """Show every value that is known beforehand as 0: what has never happened can be asked for, too."""
        for values in product(*self.labels.values()):
            self._child(values)

    def unmake(self) -> None:
        """Forget all that it has counted."""
        if self._made is not None:
            REGISTRY.unregister(self._made)
        self._made = None
        self._children.clear()

    def _child(self, values: tuple[str, ...]) -> Any:
        try:
            return self._children[values]
        except KeyError:
            with _making:
                if self._made is None:
                    self._made = self._make(self.name, self.help, tuple(self.labels))
                child = self._children[values] = self._made.labels(*values) if values else self._made
                return child


def open_files() -> None:
    """Have the library open what it keeps the present process's values in, as it else does at the first use.

    Raises OSError.
    """
    for metric in DECLARED:
        metric.begin()
    # After a fork the values are there, and are looked for anew when one of them changes.
    next(metric for metric in DECLARED if isinstance(metric, Counter) and not metric.labels).inc(by=0)


def forget() -> None:
    """Let every metric be made anew when it next counts."""
    with _making:
        for metric in DECLARED:
            metric.unmake()


class Counter(Metric):
    """Grows, until its processes end."""

    kind = "counter"

    def _make(self, name: str, help_: str, labels: Collection[str]) -> Any:
        return prometheus_client.Counter(name, help_, labels, registry=REGISTRY)

    def inc(self, *values: str, by: float = 1) -> None:
        """Count one, or ``by``, under these values of the labels."""
        self._child(values).inc(by)


class Gauge(Metric):
    """Goes up and down; that of a process which has ended is dropped."""

    kind = "gauge"

    def _make(self, name: str, help_: str, labels: Collection[str]) -> Any:
        return prometheus_client.Gauge(name, help_, labels, registry=REGISTRY, multiprocess_mode="livesum")

    def inc(self, *values: str, by: float = 1) -> None:
        """Add to it; ``by`` may be below zero."""
        self._child(values).inc(by)


class Histogram(Metric):
    """Counts how many observations were at most so large, for each bound, and adds them up."""

    kind = "histogram"

    def __init__(self, name: str, help_: str, bounds: Sequence[float], **labels: Collection[str]) -> None:
        super().__init__(name, help_, **labels)
        self._bounds = bounds

    def _make(self, name: str, help_: str, labels: Collection[str]) -> Any:
        return prometheus_client.Histogram(name, help_, labels, registry=REGISTRY, buckets=self._bounds)

    def observe(self, value: float, *values: str) -> None:
        """Add one observation under these values of the labels."""
        self._child(values).observe(value)
