"""When a difference may be called a gain or a loss."""

SEEDS = 3  # of the classifier
GENERATORS = 3  # of each class whose pictures were generated


def claim(seeds: int, generators: int) -> dict:
    """Whether a claim about generated images is allowed, and why not.

    The seeds of a classifier are nested in the generator whose pictures it learnt from: however many there are, they
    say nothing of what another training of the generator would have given.
    """
    lacking = []
    if seeds < SEEDS:
        lacking.append(f"{seeds} of the {SEEDS} seeds of the classifier")
    if generators < GENERATORS:
        lacking.append(f"{generators} of the {GENERATORS} generators a class, in which those seeds are nested")
    sentence = f"none: {' and '.join(lacking)}" if lacking else "allowed"
    return {"seeds": seeds, "generators": generators, "allows_a_claim": not lacking, "claim": sentence}
