"""Run jobs through joblib: processes on this machine, or Ray where RAY_ADDRESS names a cluster."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import joblib

from stages.common.base.progress import progress


def run_all(jobs: list, name: str, workers: int, done: int = 0) -> None:
    """Run joblib's delayed `jobs`, `workers` at once, and show how far it got."""
    with _backend() as returns:
        results = joblib.Parallel(n_jobs=workers, batch_size=1, return_as=returns)(jobs)
        for _ in progress(results, name, total=done + len(jobs), done=done):
            pass


@contextmanager
def _backend() -> Iterator[str]:
    """Choose the backend; yield how it can hand results back."""
    if "RAY_ADDRESS" not in os.environ:
        with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
            yield "generator_unordered"
        return
    import ray
    from ray.util.joblib import register_ray

    # Workers on other machines find the project at the same path, on a file system that all share.
    ray.init(runtime_env={"env_vars": {"PYTHONPATH": str(Path.cwd())}}, ignore_reinit_error=True)
    register_ray()
    remote = {"num_gpus": 0.5} if ray.cluster_resources().get("GPU") else {}
    with joblib.parallel_config(backend="ray", ray_remote_args=remote):
        yield "list"
