"""Let every generator start from a trained one: `python -m stages.diffusion.publish <weights.safetensors>`.

Writes pretrained/particles.safetensors in half precision: half the bytes; training goes on from float32 as always.
"""

from safetensors.torch import load_file

from stages.common.base.arguments import arguments
from stages.common.base.errors import run
from stages.diffusion.model import weights
from stages.diffusion.training.beginning import PRETRAINED


def main() -> None:
    (path,) = arguments("stages.diffusion.publish", "weights.safetensors")
    card = weights.read_card(path)
    weights.save(PRETRAINED, {name: tensor.half() for name, tensor in load_file(path).items()}, card)


if __name__ == "__main__":
    run(main)
