"""The published results that ours can be laid beside: Ozbulak et al., arXiv:2508.06021, Table 2.

Facts of another study, on real particles of another instrument. Its minority "precision" is recall (every value is a
multiple of 1/500), and its shifted rows are put right; one inconsistent value is left out.
"""

from pathlib import Path

import pandas as pd

FILE = Path(__file__).with_name("published.csv")


def published() -> pd.DataFrame:
    """Shares of 1: recall_<class>, macro_recall, macro_auprc for each dataset and architecture."""
    table = pd.read_csv(FILE).rename(columns={"model": "architecture", "auprc": "macro_auprc"})
    figures = table.columns.drop(["dataset", "architecture"])
    return table.assign(**{name: table[name] / 100 for name in figures})


def beside(table: pd.DataFrame, classes: list[str]) -> pd.DataFrame:
    """`table` with columns published_*, where dataset and architecture have the same names; unchanged unless the
    classes are those of the publication."""
    facts = published()
    if {name.removeprefix("recall_") for name in facts if name.startswith("recall_")} != set(classes):
        return table
    key = ["dataset", "architecture"]
    return table.merge(facts.rename(columns={c: f"published_{c}" for c in facts if c not in key}), on=key, how="left")
