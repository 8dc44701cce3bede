"""The published table is consistent with what it must be."""

import numpy as np
import pandas as pd

from stages.classify.table.published import beside, published

CLASSES = ["protein", "silicone_oil", "air_bubble"]


def test_minority_recalls_are_multiples_of_one_in_five_hundred():
    minority = published()[["recall_silicone_oil", "recall_air_bubble"]].to_numpy() * 500
    np.testing.assert_allclose(minority, minority.round(), atol=1e-9)


def test_macro_recall_is_the_mean_of_the_three():
    table = published().dropna()
    mean = table[[f"recall_{name}" for name in CLASSES]].mean(axis=1)
    np.testing.assert_allclose(mean, table["macro_recall"], atol=1.5e-4)
    assert len(table) == len(published()) - 1


def test_it_stands_beside_rows_of_the_same_name_and_classes_only():
    ours = pd.DataFrame({"dataset": ["real-0", "real-1-b"], "architecture": "resnet18", "macro_recall": 0.9})
    table = beside(ours, CLASSES)
    assert table["published_macro_recall"].round(4).tolist()[0] == 0.9695
    assert table["published_macro_recall"].isna().tolist() == [False, True]
    assert table["macro_recall"].tolist() == [0.9, 0.9]
    assert beside(ours, ["Protist", "Missed"]).equals(ours)
