"""Pictures of how far the packed network's answers can be trusted."""

from matplotlib.figure import Figure

from stages.common.figures import colour_of, plt
from stages.predict.doubt.abstention import answers, curve
from stages.predict.doubt.reliability import reliability
from stages.predict.model.model import Fitted
from stages.predict.packing.known import KnownParticles


def reliability_curve(validation: KnownParticles, fitted: Fitted, classes: list[str], title: str) -> Figure:
    """Share that was right against confidence, each class counting alike."""
    found = reliability(fitted.calibration.probabilities(validation.logits), validation.truth)
    figure, axes = plt.subplots(figsize=(4.4, 4.4))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot(found.confidence, found.right, marker="o")
    axes.set(xlabel="calibrated probability of the called class", ylabel="share that was right", title=title)
    axes.set(xlim=(0.3, 1.01), ylim=(0.3, 1.01))
    return figure


def review_curve(validation: KnownParticles, fitted: Fitted, classes: list[str], title: str) -> Figure:
    """Error of each class against the share of it that is answered; the ring is where the thresholds stand."""
    probabilities = fitted.calibration.probabilities(validation.logits)
    whole = curve(probabilities, validation.truth)
    chosen = answers(fitted.answer_thresholds[None], probabilities, validation.truth)
    figure, axes = plt.subplots(figsize=(4.8, 3.8))
    for number, (name, colour) in enumerate(colour_of(classes).items()):
        there = whole.answered[:, number] > 0
        axes.plot(whole.answered[there, number], whole.error[there, number], color=colour, label=name.replace("_", " "))
        axes.plot(*(values[0, number] for values in (chosen.answered, chosen.error)), "o", mfc="none", color=colour)
    axes.set(xlabel="share answered without review", ylabel="wrong of these", title=title, xlim=(0, 1.02))
    axes.set_ylim(bottom=0)
    axes.legend()
    return figure
