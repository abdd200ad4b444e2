"""The track record: forecasts of past quarters as they would have been made, and what came."""
