"""What the process imports that trials' processes are forked from."""

import os
import subprocess
import sys

from hdr_bench.estimators import ESTIMATORS


def test_for_networks_it_has_torch_and_leaves_a_library_whose_import_begins_to_use_the_gpu_to_the_trials(tmp_path):
    # skorch imports torch_geometric where it is installed; after that no forked process could use the GPU.
    (tmp_path / "torch_geometric.py").write_text("import sys\nsys.modules['graphs_were_imported'] = sys\n")
    loaded = {"torch", "torch._dynamo", "skorch", *(entry.module for entry in ESTIMATORS.values())}
    code = (
        "import sys; import hdr_bench.experiments.processes.preload\n"
        f"assert {loaded!r} <= set(sys.modules) and 'graphs_were_imported' not in sys.modules\n"
        "import torch_geometric; assert 'graphs_were_imported' in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "HDR_BENCH_NETWORKS": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
