"""What networks see: crossed confusion matrices and the map of features."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.common.base.origin import origin_of
from stages.common.params.compare import Compare
from stages.compare import embedding, maps
from stages.compare.crossed import crossed, read_embedding, recalls
from stages.compare.mixing import mixing_of
from stages.compare.parts.part import Part

MAPPED = ["particle_id", "run", "platform", "class"]
MAP_COLUMNS = [*MAPPED, "x", "y"]


def crossed_part(networks: dict[str, str], classes: list[str]) -> Part:
    """Confusion matrices of networks trained on one platform and tested on each."""
    if len(networks) < 2:
        return Part(skipped=f"compare.networks names {len(networks)} of the two networks that are crossed")
    found, origin = crossed(networks, classes)
    if len({platform for own in found.values() for platform in own}) < 2:
        return Part(skipped="the validation particles come from one platform only")
    return Part(found, {"confusion": maps.picture_confusion(found, classes, origin)})


def styles_part(path: Path, networks: dict[str, str], classes: list[str]) -> Part:
    """Recall of each network on the other platforms' pictures as they are and with the contrast matched; `path` is what
    the stage `call` counted."""
    if len(networks) < 2:
        return Part(skipped=f"compare.networks names {len(networks)} of the two networks that are crossed")
    if not path.is_file():
        raise InputError(f"{path}: not there; `dvc repro call` lets the networks of compare.networks call particles")
    calls = pd.read_parquet(path)
    numbers: dict = {}
    for (trained, tested, style), own in calls[calls["trained"] != calls["tested"]].groupby(
        ["trained", "tested", "style"], sort=False
    ):
        matrix = np.zeros((len(classes), len(classes)), int)
        places = (pd.Index(classes).get_indexer(own[column]) for column in ("class", "called"))
        np.add.at(matrix, tuple(places), own["particles"].to_numpy())
        recall = recalls(matrix, classes)
        macro = float(np.mean([entry["recall"] for entry in recall.values()]))
        numbers.setdefault(trained, {}).setdefault(tested, {})[style] = {"recall": recall, "macro_recall": macro}
    return Part(numbers) if numbers else Part(skipped="no platform has validation particles of known class")


def embedding_part(settings: Compare, classes: list[str], seed: int) -> Part:
    """Map of one network's features, and how far the platforms lie apart in them."""
    if not settings.networks:
        return Part(skipped="compare.networks names no network whose features could be mapped")
    network = next(iter(settings.networks.values()))
    table = embedding.drawn(read_embedding(network), settings.umap_images, seed)
    if len(table) < 10:
        return Part(skipped=f"{network} has features of {len(table)} particles; a map needs at least 10")
    features = embedding.features_of(table)
    points = embedding.umap_of(
        features, neighbours=settings.umap_neighbours, min_dist=settings.umap_min_dist, seed=seed
    )
    colourings = {"class": pd.Categorical(table["class"], classes)}
    numbers = {"network": network, "particles": len(table), "features": features.shape[1]}
    part = Part(numbers)
    if table["platform"].nunique() > 1:
        colourings["platform"] = pd.Categorical(table["platform"])
        numbers["silhouette_by_platform"] = embedding.silhouette(features, table, "platform")
        numbers["silhouette_by_run"] = embedding.run_silhouette(features, table)
        numbers["mixing"] = mixing_of(features, table, seed)
        numbers["platforms_told_apart"] = embedding.platform_accuracy(features, table, seed)
    else:
        part.skipped = "the mapped particles come from one platform: coloured by class only"
    part.tables["map"] = table[MAPPED].assign(x=points[:, 0], y=points[:, 1])
    part.pictures["umap"] = maps.picture_umap(points, colourings, network, origin_of(table))
    return part
