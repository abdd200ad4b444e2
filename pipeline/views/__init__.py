"""Pages of the pipeline: access, read, shape, one context, one render."""
