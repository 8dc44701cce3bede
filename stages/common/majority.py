"""Which class is the majority: `classes` of params.yaml names it first."""

MAJORITY = 0  # its number


def minorities(classes: int) -> list[int]:
    """The numbers of all the others."""
    return [number for number in range(classes) if number != MAJORITY]
