"""normalize: from crops of any size, colour and background to one packed array of equal images for each run."""
