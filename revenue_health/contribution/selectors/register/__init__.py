"""The leak register: what leaks cost week by week, and what people do about them."""
