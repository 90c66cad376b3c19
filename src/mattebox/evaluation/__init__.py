"""Judging the networks by the measures of the literature."""
