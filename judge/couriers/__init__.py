"""The courier: a process of its own that takes deliveries to webhooks, so that no slot waits for a receiver.

Start it with ``celery -A judge.couriers worker`` (or ``judge courier``).
"""

from judge.couriers import calling, delivering
from judge.couriers.app import app

__all__ = ["app", "calling", "delivering"]
