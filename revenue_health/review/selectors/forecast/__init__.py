"""The forecast, promises and scenarios, read."""
