"""What every stage shares: parameters, data contracts, atomic files, seeds, and the scratch of a run that was cut off."""
