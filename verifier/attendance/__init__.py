"""When a person is due, and what became of each window (签到情况)."""
