"""What one platform's counts tell of another's: fitted transfers, and how they do on samples left out."""

import pandas as pd

from stages.common.params.compare import Compare
from stages.compare.measured import Measured
from stages.compare.parts.part import FEW_PLATFORMS, Part, stated
from stages.compare.transfer import pictures
from stages.compare.transfer.held_out import HeldOut, held_out
from stages.compare.transfer.model import FEWEST_SAMPLES, Threshold, Transfer
from stages.compare.transfer.training import fit

SPECIFIC = (
    "a transfer holds for particles like those of the parallel samples: beads calibrate its sizes, and particles of "
    "lower contrast are sized otherwise"
)


def transfer_part(measured: Measured, beads: pd.DataFrame, settings: Compare) -> tuple[Part, list[Transfer]]:
    """A transfer from each platform to each other, as far as beads and samples allow, and each sample predicted from
    the others."""
    if not measured.pairs:
        return Part(skipped=FEW_PLATFORMS), []
    transfers: list[Transfer] = []
    numbers, shown, reasons = {}, {}, []
    for first, second in sorted([pair for both in measured.pairs for pair in (both, both[::-1])]):
        name = f"{first} to {second}"
        try:
            transfer = fit(measured, beads, first, second, settings.thresholds_um)
        except ValueError as error:
            reasons.append(f"{name}: {error}")
            continue
        tried = held_out(measured, transfer)
        transfers.append(transfer)
        numbers[name] = _stated(transfer, tried)
        if transfer.thresholds and not tried:
            reasons.append(f"{name}: no sample could be left out, for that needs {FEWEST_SAMPLES + 1} samples")
        if tried:
            shown[name] = tried
    drawn = {"transfer": pictures.picture_held_out(shown, measured.origin)} if shown else {}
    notes = [SPECIFIC] if any(transfer.thresholds for transfer in transfers) else []
    for transfer in transfers:
        notes += [
            f"{transfer.first} to {transfer.second} from {own.second_um:g} µm on: the samples' slopes don't differ "
            "beyond counting, so that sizes and yield can't be told apart"
            for own in transfer.thresholds
            if not own.slopes.variance
        ]
    return Part(numbers, drawn, "; ".join(reasons) or None, notes), transfers


def _stated(transfer: Transfer, tried: list[HeldOut]) -> dict:
    """The fit in numbers; each sample left out; and how many lay in their interval of 90 %."""
    kept = [own for own in tried if not own.refused]
    return {
        "second_ml": transfer.second_ml,
        "thresholds": {f"at_least_{own.second_um:g}_um": _fitted(own) for own in transfer.thresholds},
        "refused": {f"at_least_{own.second_um:g}_um": own.reason for own in transfer.refused},
        "left_out": [
            stated(
                {
                    "sample": own.sample,
                    "at": f"at_least_{own.second_um:g}_um",
                    "predicted": own.predicted.expected,
                    "low": own.predicted.low,
                    "high": own.predicted.high,
                    "observed": own.observed,
                    "inside": own.inside,
                    "refused": own.refused,
                }
            )
            for own in tried
        ],
        "left_out_predicted": len(kept),
        "left_out_inside": sum(own.inside for own in kept),
    }


def _fitted(threshold: Threshold) -> dict:
    effects, slopes = threshold.effects, [own.slope.value for own in threshold.samples]
    return {
        "first_um": threshold.first_um,
        "samples": len(threshold.samples),
        "eta": effects.eta(0.5),
        "eta_low": effects.eta(0.05),
        "eta_high": effects.eta(0.95),
        "tau": effects.tau,
        "slope_low": min(slopes),
        "slope_high": max(slopes),
        "imaged_per_ml_low": threshold.imaged_per_ml[0],
        "imaged_per_ml_high": threshold.imaged_per_ml[1],
    }
