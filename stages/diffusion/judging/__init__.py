"""How synthetic images are judged: features, distances between sets of them, and signs of memorisation."""
