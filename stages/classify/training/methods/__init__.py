"""Methods against imbalance by name, by what they change of a training. A new one is one file here and one line in a
table.

A drawing yields numbers of images without end, a permutation or some such at a time. A loss takes logits (N, classes),
targets (N, classes; each row sums to 1) and the classes' counts. A change takes standardized images (N, 1, H, W),
targets and random numbers, and returns both.
"""

from stages.classify.training.methods.balanced_draws import balanced_draws
from stages.classify.training.methods.class_weights import class_weights
from stages.classify.training.methods.cross_entropy import cross_entropy
from stages.classify.training.methods.every_image import every_image
from stages.classify.training.methods.focal import focal
from stages.classify.training.methods.logit_adjustment import logit_adjustment
from stages.classify.training.methods.mixup import mixup
from stages.classify.training.methods.oversampling import oversampling
from stages.classify.training.methods.strong import strong_augmentation

DRAWINGS = {
    "every_image": every_image,
    "oversampling": oversampling,
    "balanced_draws": balanced_draws,
}
LOSSES = {
    "cross_entropy": cross_entropy,
    "class_weights": class_weights,
    "focal": focal,
    "logit_adjustment": logit_adjustment,
}
CHANGES = {
    "strong_augmentation": strong_augmentation,
    "mixup": mixup,
}

__all__ = ["CHANGES", "DRAWINGS", "LOSSES"]
