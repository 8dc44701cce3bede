"""Compare instruments: counts and their agreement, beads, sizes, classifiers trained on one and tested on the other."""
