"""What every stage shares: parameters, data contracts, atomic files, seeds, and the scratch of unfinished runs."""
