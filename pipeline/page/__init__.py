"""What views of several apps share: the surroundings of a page, whose detail is open, pages of a list."""
