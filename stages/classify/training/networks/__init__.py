"""The networks by name. A new one is one file here and one line in the table."""

from stages.classify.training.networks.light import light
from stages.classify.training.networks.network import Network
from stages.classify.training.networks.resnet import resnet18, resnet50

NETWORKS = {
    "light": light,
    "resnet18": resnet18,
    "resnet50": resnet50,
}

__all__ = ["NETWORKS", "Network"]
