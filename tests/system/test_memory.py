import subprocess
import sys

# Frees 80 MB in blocks of 100 KB that lie between small ones, which stay; prints the resident KiB
# that are left.
FREE_BLOCKS = """
from pathlib import Path
from pricebook.system import memory

def resident():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])

memory.configure_allocator()
before = resident()
blocks, pins = [], []
for _ in range(800):
    blocks.append(bytes([1]) * 100_000)
    pins.append(bytes([1]) * 1_000)
blocks.clear()
print(resident() - before)
"""


def test_freed_blocks_return_to_the_system() -> None:
    command = [sys.executable, "-c", FREE_BLOCKS]
    left = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert left < 20_000
