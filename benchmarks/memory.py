"""How much memory a process took at most."""

from pathlib import Path


def peak_mib() -> float:
    """Of this process, MiB. Not resource's ru_maxrss: Linux hands the parent's peak down to the child."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    peak = next(line for line in status if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024
