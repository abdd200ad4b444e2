"""The backward pass: what enters now is worth in the end, for many scenarios at once, in compiled loops."""
