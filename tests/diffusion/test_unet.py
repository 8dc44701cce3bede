"""The network in the study's form and in small ones."""

import pytest
import torch

from stages.common.base.errors import InputError
from stages.common.params.diffusion import Network
from stages.diffusion.model.layers import LinearAttention, SelfAttention, WeightStandardizedConv2d
from stages.diffusion.model.unet import UNet, level_edges, parameter_count

STUDY = Network(
    base=64,
    multipliers=[1, 2, 4, 8],
    patch=1,
    linear_attention=[64, 32, 16, 8],
    attention=[],
    blocks=2,
    dropout=0.0,
)
SMALL = Network(base=8, multipliers=[1, 2], patch=2, linear_attention=[16], attention=[8], blocks=1, dropout=0.0)


def test_the_study_network_has_its_size_and_parts():
    network = UNet(64, STUDY)
    assert parameter_count(network) / 1e6 == pytest.approx(35.7, abs=0.05)
    parts = [type(part) for part in network.modules()]
    assert parts.count(LinearAttention) == 8
    assert parts.count(SelfAttention) == 1
    assert level_edges(64, STUDY) == [64, 32, 16, 8]


def test_the_study_network_answers_in_the_shape_of_the_images():
    with torch.inference_mode():
        answer = UNet(64, STUDY)(torch.randn(1, 1, 64, 64), torch.tensor([500]))
    assert answer.shape == (1, 1, 64, 64)


@pytest.mark.parametrize(("patch", "blocks", "edge"), [(1, 1, 16), (2, 2, 32), (4, 3, 64)])
def test_every_setting_keeps_the_shape_and_trains_every_weight(patch, blocks, edge):
    settings = SMALL.model_copy(update={"patch": patch, "blocks": blocks, "attention": [8 if patch < 4 else 16]})
    settings = settings.model_copy(update={"linear_attention": []})
    network = UNet(edge, settings)
    answer = network(torch.randn(2, 1, edge, edge), torch.tensor([3, 900]))
    assert answer.shape == (2, 1, edge, edge)
    answer.square().mean().backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in network.parameters())


def test_images_of_a_batch_do_not_touch_one_another():
    torch.manual_seed(0)
    network = UNet(32, SMALL).eval()
    x, time = torch.randn(5, 1, 32, 32), torch.tensor([1, 10, 100, 500, 999])
    with torch.inference_mode():
        together = network(x, time)
        alone = torch.cat([network(x[i : i + 1], time[i : i + 1]) for i in range(5)])
    assert torch.allclose(together, alone, atol=1e-5)


def test_the_answer_depends_on_the_time():
    network = UNet(32, SMALL).eval()
    x = torch.randn(1, 1, 32, 32)
    assert not torch.allclose(network(x, torch.tensor([10])), network(x, torch.tensor([900])), atol=1e-3)


def test_weights_are_standardized_for_each_output_channel():
    """Equation 5 written out; scaling or shifting the stored weights changes nothing."""
    torch.manual_seed(0)
    convolution = WeightStandardizedConv2d(3, 4, 3, padding=1, bias=False)
    x = torch.randn(1, 3, 8, 8)
    mean = convolution.weight.mean(dim=(1, 2, 3), keepdim=True)
    variance = convolution.weight.var(dim=(1, 2, 3), keepdim=True, unbiased=False)
    expected = torch.nn.functional.conv2d(x, (convolution.weight - mean) / (variance + 1e-5).sqrt(), padding=1)
    assert torch.allclose(convolution(x), expected, atol=1e-4)


def test_linear_attention_mixes_all_pixels():
    torch.manual_seed(0)
    attention = LinearAttention(8)
    x = torch.randn(1, 8, 4, 4, requires_grad=True)
    attention(x)[0, :, 0, 0].sum().backward()
    assert (x.grad.abs().sum(dim=1) > 0).all()


def test_linear_attention_is_its_published_form():
    """Shen et al. 2021, eq. 6 for each head, with the study's scale of the query: a weighted mean over all pixels."""
    torch.manual_seed(0)
    attention = LinearAttention(8)
    x = torch.randn(3, 8, 4, 4)
    both = attention.query_key_value(attention.norm(x)).detach().double().flatten(2)
    query, key, value = both.reshape(3, 3, 4, 32, 16).unbind(1)
    attended = torch.zeros(3, 4, 32, 16, dtype=torch.float64)
    for image in range(3):
        for head in range(4):
            share_of_pixel = key[image, head].exp() / key[image, head].exp().sum(dim=1, keepdim=True)
            share_of_channel = query[image, head].exp() / query[image, head].exp().sum(dim=0)
            context = sum(torch.outer(share_of_pixel[:, i], value[image, head][:, i]) for i in range(16))
            attended[image, head] = context.T @ share_of_channel / 32**0.5
    expected = x + attention.out(attended.float().reshape(3, 128, 4, 4))
    assert torch.allclose(attention(x), expected, atol=1e-5)


def test_impossible_settings_are_named():
    with pytest.raises(InputError, match="multiple of 16"):
        UNet(24, STUDY.model_copy(update={"patch": 2}))
    with pytest.raises(InputError, match="no level has an edge of 5 px"):
        UNet(64, STUDY.model_copy(update={"attention": [5]}))
