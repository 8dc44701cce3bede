"""Compare instruments: counts, beads, sizes, classifiers carried from one to the other, and learned features."""
