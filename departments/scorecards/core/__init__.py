"""The rules of a scorecard, pure: numbers and dates in, numbers and dates out."""
