"""Files as the earlier stages leave them, just enough of each for a page."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from stages.common.particles import IMAGE, SCALARS, particle_id

ROOT = Path(__file__).parents[2]
HOSTILE = "run <script>alert(1)<\\script> & co"  # as a file's name may be: it holds no slash
CLASSES = ["protein", "silicone_oil", "air_bubble"]


def share(value):
    return {"value": value, "low": value - 0.05, "high": value + 0.02}


class Workspace:
    """A workspace with one generator, two networks and a comparison; `simulated` for all its runs."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.params = yaml.safe_load((ROOT / "params.yaml").read_text())
        real = {"majority": 40, "minority": 20}
        self.params["assemble"] = {
            "platform": "A",
            "real": {"real-1": real},
            "mixed": {"mixed-1": real | {"synthetic": {"silicone_oil": 20}}},
        }
        self.params["compare"]["networks"] = {"A": "real-1-light"}

    def write(self, simulated=True, run=HOSTILE):
        self._text("params.yaml", yaml.safe_dump(self.params, sort_keys=False))
        self._runs(simulated, run)
        self._particles(simulated, run)
        self._json(
            "metrics/ingest.json", {"rows_read": 105, "accepted": 100, "rejected": 5, "without_image": 7, "runs": 1}
        )
        counts = {part: {"protein": 11, "silicone_oil": 12, "air_bubble": 13} for part in ("train", "validation")}
        leakage = {"runs_on_two_sides": 0, "identical_images_on_two_sides": 0, "identical_images_removed": 3}
        self._json("metrics/split.json", {"counts": {"A": counts}, "leakage": leakage})
        self._generator()
        for name in ("real-1-light", "mixed-1-light"):
            self._network(name)
        self._table()
        self._comparison()

    def _runs(self, simulated, run):
        row = {"run": run, "platform": "A", "sample": "s", "role": "class", "class": "protein", "simulated": simulated}
        row |= {"dilution": 1.0, "imaged_ml": 0.0456, "pixel_um": 0.5545, "rows_read": 105, "accepted": 100}
        row |= {"without_image": 7, "no_concentration": None}
        row |= {"rejected": 5, "software": "4.19", "source_digest": "abcdef0123456789"}
        path = self.folder / "data/ingested/runs.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame([row]).to_parquet(path)
        reject = "a.lst,{line},abd_area,not a number\n"
        lines = "".join(f'"{run}",' + reject.format(line=line) for line in range(60, 65))
        self._text("data/ingested/rejects.csv", "run,file,line,column,reason\n" + lines)

    def _particles(self, simulated, run):
        """Five a class, from 4 to 8 px; the network of real-1 doubts the label of the last of each class."""
        rows, crops, judged = [], [], []
        for label in CLASSES:
            for number in range(5):
                edge = 4 + number
                name = f"{label}-{number}"
                row = {field.name: None for field in [*SCALARS, *IMAGE]}
                row |= {"particle_id": particle_id(run, name), "run": run, "platform": "A", "sample": "s"}
                row |= {"class": label, "simulated": simulated, "source_id": name, "abd_um": edge / 2.0}
                row |= {"pixel_um": 0.5, "image": bytes([200] * edge * edge), "height": edge, "width": edge}
                rows.append(row | {"channels": 1, "role": "class", "edge": False})
                crops.append(np.full((64, 64), 10 * number, np.uint8))
                called = CLASSES[(CLASSES.index(label) + (number == 4)) % 3]
                shares = {f"p_{other}": 0.9 if other == called else 0.05 for other in CLASSES}
                told = {"particle_id": row["particle_id"], "run": run, "platform": "A", "class": label}
                judged.append(told | {"predicted": called, "simulated": simulated} | shares)
        table = pd.DataFrame(rows)
        self._folder("data/ingested")
        table.to_parquet(self.folder / f"data/ingested/{run}.parquet")
        self._folder("data/normalized")
        table[["particle_id"]].to_parquet(self.folder / f"data/normalized/{run}.parquet")
        np.save(self.folder / f"data/normalized/{run}.npy", np.stack(crops))
        self._folder("data/predictions/real/real-1-light")
        pd.DataFrame(judged).to_parquet(self.folder / "data/predictions/real/real-1-light/predictions.parquet")
        places = table[["particle_id", "run", "platform", "class"]].assign(x=range(len(table)), y=0.0)
        self._folder("metrics")
        places.to_csv(self.folder / "metrics/map.csv", index=False)

    def _folder(self, path):
        (self.folder / path).mkdir(parents=True, exist_ok=True)

    def _generator(self):
        told_apart = {"accuracy": 0.87, "low": 0.81, "high": 0.92}
        roundness = {"median": {"synthetic": 0.71, "held_out": 0.98}, "ks": 0.44, "ks_p": 0.001, "permuted": "image"}
        roundness |= {"floor": {"ks": 0.12}}
        copies = {"made": 481, "dropped": 1, "authentic_min": 0.1}
        copies |= {"authentic_share": 0.437, "held_out_authentic_share": 0.512}
        plateau = {"from_epoch": 75, "to_epoch": 150, "loss_change": -0.012, "kid_change": -1.69, "kid_change_sd": 0.81}
        plateau |= {"verdict": "shown", "reason": "the loss stands still and the distance falls"}
        memory = {"authentic_share": 0.51, "copied_share": 0.0, "median_gap": 0.9}
        self._json(
            "metrics/quality/silicone_oil.json",
            {"n": 60, "frechet": 123.4, "frechet_floor": 19.5, "kid": 0.8, "kid_sd": 0.1, "kid_floor": -0.03}
            | {"memorisation": {"synthetic": memory, "held_out": memory}, "inception": "weights absent"}
            | {"density": 0.31, "density_floor": 1.02, "coverage": 0.42, "coverage_floor": 0.97}
            | {"copies": copies, "plateau": plateau, "shape": {"roundness": roundness}}
            | {"two_sample": told_apart | {"real_floor": told_apart | {"accuracy": 0.52}}},
        )
        self.picture("plots/diffusion/silicone_oil/loss.png")

    def _network(self, name):
        scores = {"particles": 30, "called": 29, "recall": share(0.9), "precision": share(0.8)}
        scores |= {"average_precision": share(0.85), "recall_over_runs": {"runs": 1, "note": "one run: no interval"}}
        native = {"classes": {"protein": scores}, "macro_recall": share(0.9), "macro_precision": share(0.8)}
        known = {"negatives": 948, "false_alarm_rate": 0.00445, "precision": 0.184, "negatives_for_half": 3683}
        rare = {"prevalence": 0.001, "resolution": {"air_bubble": known}}
        rare |= {"classes": {"air_bubble": {"precision": share(0.212)}}}
        better = {"at_prevalence": {"classes": {"air_bubble": {"precision": share(0.9)}}}, "native": native}
        sizes = {"protein": {"2_to_5_um": {"particles": 17, **share(0.71)}, "at_least_5_um": share(0.93)}}
        self._json(
            f"metrics/classify/{name}.json",
            {"particles": 90, "seeds": 1, "platform": "A", "native": native, "at_prevalence": rare}
            | {"selection": {"macro_recall": 0.9 if name.startswith("real") else 0.8, "macro_auprc": 0.9}}
            | {"label_noise": {"precision_ceiling": {"at_prevalence": {"air_bubble": {"value": 0.216}}}}}
            | {"without_label_suspects": {"suspects": 3, "meaning": "an upper bound", **better}}
            | {"recall_by_size": {"diameter": "abd_um", "classes": sizes}},
        )
        self.picture(f"plots/classify/{name}/confusion.png")

    def _table(self):
        row = {"dataset": "real-1", "architecture": "light", "platform": "A", "seeds": 1, "macro_recall": 0.9123}
        row |= {"macro_recall_low": 0.88, "macro_recall_high": 0.94, "published_macro_recall": 0.9661}
        costs = {"precision": (0.613, 0.553, 0.671), "false_positives_per_1000": (12.2, 9.1, 15.3)}
        for name, ends in costs.items():
            row |= {f"{name}_at_recall_95_air_bubble{end}": ends[i] for i, end in enumerate(("", "_low", "_high"))}
        path = self.folder / "metrics/table.csv"
        pd.DataFrame([row]).to_csv(path, index=False)
        difference = {"value": 0.013, "low": -0.01, "high": 0.03, "over_runs": {"low": -0.08, "high": 0.1}}
        test = {"only_first_right": 4, "only_second_right": 2, "p": 0.0221, "p_adjusted": 0.133}
        contrast = {"against": "real-1-light", "macro_recall_difference": difference, "seeds": 3, "generators": 1}
        contrast |= {"allows_a_claim": False, "claim": "none: 1 of the 3 generators", "mcnemar": {"protein": test}}
        control = contrast | {"against": "repeated-1-light", "macro_recall_difference": difference | {"value": -0.0237}}
        contrasts = {"contrasts": {"mixed-1-light": contrast}, "contrasts_with_controls": {"mixed-1-light": control}}
        self._json("metrics/table.json", {"about": "paired.", **contrasts})

    def _comparison(self):
        limits = {"limit_low": 0.7, "limit_high": 1.43, "power": 0.93, "runs_needed": 2}
        ratio = {"ratio": 0.593, "low": 0.567, "high": 0.62, "verdict": "outside"} | limits
        ratio |= {"placeable_low": 0.81, "placeable_high": 1.24}
        few = {"ratio": 1.1, "low": 0.2, "high": 6.1, "verdict": "not decidable"} | limits
        few |= {"power": 0.0, "runs_needed": 5}
        few |= {"reason": "with this design (needs 5 runs on each platform)"}
        compared = {"first": "A", "second": "B", "alike": True}
        compared |= {"samples": {"stressed": {"at_least_2_um": ratio, "10_to_25_um": ratio, "at_least_25_um": few}}}
        multiplicity = {"verdicts": 41, "outside": 1, "not decidable": 1, "within_holm": 0}
        slope = {"slope": 0.97, "slope_interval": [0.91, 1.04]}
        limits = {"ratio": 0.91, "ratio_interval": [0.85, 0.99], "low": 0.52, "high": 1.61}
        agreement = {"samples": 6, "left_out": 1, "bland_altman": limits, "deming": slope}
        agreement |= {"passing_bablok": {"reason": "few"}, "concordance": {"value": 0.98, "interval": [0.95, 0.99]}}
        linear = {"runs": 9, "left_out": 0, "slope": 0.963, "slope_low": 0.828, "slope_high": 1.098}
        distance = {"ks": 0.2, "wasserstein_um": 1.5}
        counts = {
            "runs": 1,
            "sample_ml": 0.0456,
            "power": {"none_seen_excludes_above_per_ml": 66.5, "expected_count": {}},
        }
        counts["at_least_2_um"] = {"count": 100, "per_ml": 2190.0, "per_ml_low": 1780.0, "per_ml_high": 2670.0}
        counts["at_least_25_um"] = {"count": 0, "per_ml": 0.0}
        sizes = {"runs": {"first": 3, "second": 3}, "ks_p": 0.1, "wasserstein_p": 0.1, "smallest_p": 0.1} | distance
        sizes |= {"across": distance, "floor": {"ks": 0.07, "wasserstein_um": 0.345}}
        together = {"samples": 6, "ks_p": 0.0045, "wasserstein_p": 0.03}
        self._json(
            "metrics/compare.json",
            {
                "diameters": {"A": "abd_um"},
                "counts": {"s": {"A": counts}},
                "embedding": {"network": "real-1-light", "particles": 15, "features": 512},
                "ratios": {"multiplicity": multiplicity, "pairs": {"B/A": compared}},
                "dilution": {"stressed": {"A": {"at_least_2_um": linear}}},
                "agreement": {"B/A": {"all_bins": agreement}},
                "suitability": {
                    "verdicts": {"met": 1, "not met": 0, "not assessed": 1},
                    "checks": [
                        {"platform": "A", "check": "bead CV", "of": "10 µm", "value": 0.0321, "at_most": 0.05}
                        | {"verdict": "met"},
                        {"platform": "A", "check": "blank", "of": "≥ 10 µm, 1/mL", "at_most": 1}
                        | {"verdict": "not assessed", "reason": "no run of role blank"},
                    ],
                },
                "transfer": {
                    "A to B": {
                        "thresholds": {
                            "at_least_5_um": {"first_um": 5.43, "samples": 5, "eta": 0.853, "eta_low": 0.791}
                            | {"eta_high": 0.922, "tau": 0.084, "slope_low": 1.72, "slope_high": 3.14}
                            | {"imaged_per_ml_low": 913, "imaged_per_ml_high": 8170}
                        },
                        "refused": {"at_least_25_um": "25 µm lies outside of the beads"},
                        "left_out": [{"refused": "slope"}, {}],
                        "left_out_predicted": 1,
                        "left_out_inside": 1,
                    }
                },
                "sizes": {"B/A": {"from_um": 2, "alike": False, "samples": {"stressed": sizes}, "together": together}},
                "skipped": {"beads": "no run of role beads with a nominal diameter was ingested"},
            },
        )

    def picture(self, path):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.zeros((4, 4), np.uint8)).save(path)

    def _json(self, path, value):
        self._text(path, json.dumps(value))

    def _text(self, path, text):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)
