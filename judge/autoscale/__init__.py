"""Everything behind `judge autoscale`: how many workers this machine is to have, and their processes.

``pace`` decides how the number follows the load, ``fleet`` starts, drains and restarts the processes, and
``autoscaler`` brings both together, once or for good.
"""
