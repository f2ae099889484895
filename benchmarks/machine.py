"""What a measurement ran on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("onnxruntime", "numpy", "soxr")


def describe() -> dict[str, object]:
    """Return the processor, its cores and their load, memory, system and versions."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _stated("/proc/cpuinfo", "model name") or platform.processor() or "unknown",
        "cores": usable,
        "load": round(os.getloadavg()[0], 2),
        "memory_mb": memory_mb(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{name: installed(name) for name in PACKAGES},
    }


def one_line() -> str:
    """Return the machine as a line below a table."""
    facts = describe()
    versions = ", ".join(f"{name} {facts[name]}" for name in PACKAGES)
    return (
        f"{facts['processor']}, {facts['cores']} cores (load {facts['load']}),"
        f" Python {facts['python']}, {versions}"
    )


def memory_mb() -> int:
    """Return the machine's memory in MB, 0 where the system does not say."""
    stated = _stated("/proc/meminfo", "MemTotal")
    if stated:
        return int(stated.split()[0]) // 1024
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (ValueError, OSError):
        return 0


def installed(package: str) -> str:
    """Return a package's version, "" where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _stated(path: str, key: str) -> str:
    """Return the value of a key in a file of "key : value" lines."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    named = (line.partition(":") for line in lines)
    return next((value.strip() for name, _, value in named if name.strip() == key), "")
