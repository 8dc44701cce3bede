"""What the classifiers come to: the best with and without synthetic images, chosen on the selection split."""

from stages.review.headline.numbers import numbered, with_interval

SCORES = ("macro_recall", "macro_auprc")  # that choose on the selection split, in this order


def of_classifiers(networks: dict[str, dict], table: dict, minority: list[str]) -> dict[str, dict]:
    """Figures by name. networks: name -> its metrics; table: metrics/table.json; minority: names of classes."""
    mixed = {name for name, found in networks.items() if any(found["training"]["synthetic"].values())}
    best = {
        "real": best_of({name: found for name, found in networks.items() if name not in mixed}),
        "mixed": best_of({name: found for name, found in networks.items() if name in mixed}),
    }
    figures = {}
    for kind, name in best.items():
        if name is not None:
            figures[f"{kind}_macro_recall"] = recall_of(networks[name])
    if "headline" in table:
        figures["gain_of_synthetic"] = with_interval(table["headline"]["macro_recall_difference"])
    first = best_of(networks)
    if first is not None:
        found = networks[first]
        figures["minority_auprc"] = with_interval(found["native"]["minority_auprc"])
        rare = found.get("at_prevalence")
        if rare:
            worst = min((rare["classes"][name]["precision"] for name in minority), key=lambda scored: scored["value"])
            figures["rare_precision_of_worst_class"] = with_interval(worst)
    return figures


def best_of(networks: dict[str, dict]) -> str | None:
    """The network with the highest macro recall on the selection split, then the highest AUPRC there; the first name of
    equals. None of none."""
    if not networks:
        return None
    return min(networks, key=lambda name: (*(-networks[name]["selection"][score] for score in SCORES), name))


def recall_of(network: dict) -> dict[str, float]:
    """Macro recall on the validation split. Noise: how far seeds differ where there are several, and no less than half
    of the interval over particles."""
    scored = with_interval(network["native"]["macro_recall"])
    seeds = network["macro_recall_of_seeds"]
    return numbered(scored["value"], max(scored["noise"], (max(seeds) - min(seeds)) / 2))
