"""Measures of networks and scores: pure functions, each with the paper that defines it."""
