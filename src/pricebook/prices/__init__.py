"""What prices were: changes and their effect on margins, prices at a time, series."""
