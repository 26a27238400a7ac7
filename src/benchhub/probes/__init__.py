"""Measuring what programs use."""
