"""ResNet-18 and ResNet-50 (He et al. 2016, arXiv:1512.03385), trained from scratch on one-channel images."""

from torch import nn
from torchvision import models

from stages.classify.training.networks.network import Network


def resnet18(classes: int) -> Network:
    return _with_one_channel(models.resnet18(weights=None), classes)


def resnet50(classes: int) -> Network:
    return _with_one_channel(models.resnet50(weights=None), classes)


def _with_one_channel(body: models.ResNet, classes: int) -> Network:
    """The usual stem (7x7, stride 2), but for one channel; the linear layer becomes the network's head."""
    body.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
    nn.init.kaiming_normal_(body.conv1.weight, mode="fan_out", nonlinearity="relu")
    width = body.fc.in_features
    body.fc = nn.Identity()
    return Network(body, width, classes)
