"""Names that several stages build from others."""


def classifier_name(dataset: str, architecture: str) -> str:
    """Of the network `architecture` trained on the training set `dataset`: a part of files' names.

    >>> classifier_name("mixed-1", "resnet18")
    'mixed-1-resnet18'
    """
    return f"{dataset}-{architecture}"
