"""Webhooks with real couriers and real receivers."""
