"""How good earlier forecasts were: what others would have said, and what past errors teach."""
