"""The pure core of tiendo: events to facts, facts to signed amounts on days, amounts to figures, statuses and alerts.

Nothing here does I/O, reads a clock or the environment, or logs; time arrives as data.
"""
