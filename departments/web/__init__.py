"""What every request passes: middleware, refusals, rendering, the visitor's address, fields that forms share."""
