"""Measurements behind the figures in README. Each compares with a peer in the same run."""
