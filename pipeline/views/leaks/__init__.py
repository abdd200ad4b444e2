"""The leak map."""
