"""When counts may be brought to a volume: never from a part of a run over the volume of the whole."""


def no_concentration(facts: dict, rows: int, edited: bool) -> str | None:
    """Why a run has no concentration; None when it has one, if only between bounds.

    facts: the run's; rows: of its table. edited: whether the sheet says that the table was edited on purpose.
    """
    if not facts.get("imaged_ml"):
        return "the export doesn't tell the imaged volume; volume_ml in the sample sheet would give it"
    if edited:
        return None
    told = facts.get("told_count")
    if told is not None and told != rows:
        return (
            f"the software's own summary counts {told} particles and the table has {rows} rows: it was edited or cut; "
            f"edited: true in the sample sheet takes it as it is"
        )
    return facts.get("no_concentration")


def bounds(accepted: int, refused: int, facts: dict) -> tuple[float, float] | None:
    """Least and greatest concentration, 1/mL of the undiluted sample: a refused row may be a particle, or none. None
    when the run has no concentration."""
    if facts["no_concentration"]:
        return None
    per_particle = facts["dilution"] / facts["imaged_ml"]
    return accepted * per_particle, (accepted + refused) * per_particle
