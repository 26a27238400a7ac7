"""Samples and summaries: pure arithmetic on the standard library, where a doubt is data."""
