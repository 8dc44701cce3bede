"""Where torch computes, by how many threads, and in which precision."""

from contextlib import AbstractContextManager

import torch

from stages.common.base.threads import cores


def best_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def workers(device: torch.device) -> int:
    """How many threads shall give work to `device` at once: one for each core, but one for a GPU."""
    return cores() if device.type == "cpu" else 1


def autocast(device: torch.device, precision: str) -> AbstractContextManager:
    """Mixed precision for `precision` "auto" where the processor computes bfloat16 natively; else plain float32.

    Without native instructions bfloat16 is slower than float32 on a CPU, so the processor's flags decide.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "auto" and _has_bfloat16(device))


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    flags = torch.cpu.get_capabilities()
    return bool(flags.get("avx512_bf16") or flags.get("amx_bf16"))
