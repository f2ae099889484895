"""What it costs a fresh process to load the encoder: seconds and memory, as one line of JSON.

Run as `python -m benchmarks.fresh FOLDER`, by `cueline bench encoder`. Imports stand inside so that
the process is bare when it is first measured.
"""

import json
import resource
import sys
import time
from pathlib import Path


def resident_mb() -> float:
    """Return this process's resident memory in MiB; the most it had, where /proc is absent."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    return pages * resource.getpagesize() / 2**20


def measure(folder: Path) -> dict[str, float]:
    """Load the encoder of a folder in this process and read a first text with it.

    `bare_mb` is the interpreter's memory, `libraries_mb` what numpy, onnxruntime and pydantic add,
    which any serving process has; `engine_mb` what the engine adds to both once it is warm.
    `load_s` is the engine alone, `begin_s` from the bare interpreter to the first answer.
    """
    begun = time.perf_counter()
    bare = resident_mb()
    import numpy  # noqa: F401
    import onnxruntime  # noqa: F401
    import pydantic  # noqa: F401

    libraries = resident_mb()
    from models.encode.minilm import MiniLmEncoder

    loading = time.perf_counter()
    encoder = MiniLmEncoder(folder)
    loaded = time.perf_counter()
    encoder.warm_up()
    encoder.encode(["hello"])
    return {
        "bare_mb": round(bare, 1),
        "libraries_mb": round(libraries - bare, 1),
        "engine_mb": round(resident_mb() - libraries, 1),
        "load_s": round(loaded - loading, 3),
        "begin_s": round(time.perf_counter() - begun, 3),
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
