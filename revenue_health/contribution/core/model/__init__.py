"""The contribution model: rates of a period and its baseline, revenue as a function of them, and shares of it."""
