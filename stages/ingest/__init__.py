"""Read every run of the sample sheet into one schema; list every row that was refused."""
