"""What an import takes as it is and says so: a module for each kind of thing that is remarkable."""
