"""ResNet-18 and ResNet-50 (He et al. 2016, arXiv:1512.03385), trained from scratch on one-channel images."""

from collections import OrderedDict

from torch import nn
from torchvision import models

from stages.classify.training.networks.network import Network


def resnet18(classes: int) -> Network:
    return _with_one_channel(models.resnet18(weights=None), classes)


def resnet50(classes: int) -> Network:
    return _with_one_channel(models.resnet50(weights=None), classes)


def _with_one_channel(resnet: models.ResNet, classes: int) -> Network:
    """The usual stem (7x7, stride 2), but for one channel; mean and linear layer are the network's own."""
    resnet.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
    nn.init.kaiming_normal_(resnet.conv1.weight, mode="fan_out", nonlinearity="relu")
    layers = {name: layer for name, layer in resnet.named_children() if name not in ("avgpool", "fc")}
    return Network(nn.Sequential(OrderedDict(layers)), resnet.fc.in_features, classes)
