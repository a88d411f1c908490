"""A judge of a few lines for tests of what starts, restarts and stops it: real gunicorn, real Celery."""

SLOW = "slow tasks"  # a Redis list of seconds; each tick of beat turns one into a task
