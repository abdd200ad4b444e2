"""The leak map and what stands beside it: trend, hand-offs, hindsight, what is not recorded."""
