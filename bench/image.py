"""The image and compose.yaml proved without Docker: `bench/image.py [BASE]`, as root, ten minutes.

A bare Debian is made by debootstrap (or taken from the folder BASE), the steps of the Dockerfile
are carried out in it, and what compose.yaml says is run in namespaces: the same commands, user,
environment, secrets, writable folders and settings of the servers. Nothing of it stays.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import containers
import msgspec
from dockerfile import Build, Image

ROOT = Path(__file__).parents[1]
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
# What the base image has; Debian's Python stands in for its own.
PACKAGES = ["python3", "python3-venv", "python3-pip", "python-is-python3", "ca-certificates"]
NAMESPACES = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def main() -> None:
    """Build, tell the size, run."""
    with TemporaryDirectory(prefix="pricebook-image-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        base = folder / "base"
        make_base(base, sys.argv[1:])
        outside = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        image = Build(ROOT, base, folder, outside).run()
        tell_sizes(base, image)
        (folder / "image.json").write_bytes(msgspec.json.encode(image, enc_hook=str))
        run = [sys.executable, containers.__file__, str(folder)]
        subprocess.run(["unshare", *NAMESPACES, *run], check=True)


def make_base(base: Path, given: list[str]) -> None:
    """Make the folder that stands in for the base image."""
    if given:
        subprocess.run(["cp", "-a", given[0], str(base)], check=True)
    else:
        include = f"--include={','.join(PACKAGES)}"
        subprocess.run(
            ["debootstrap", "--variant=minbase", include, "bookworm", str(base)],
            stdout=subprocess.DEVNULL,
            check=True,
        )
    # As this machine reaches the package index, so do the steps.
    for path in (BUNDLE, Path("/etc/resolv.conf"), Path("/etc/pip.conf")):
        if path.exists():
            shutil.copyfile(path, base / path.relative_to("/"))
    (base / "etc/hosts").touch()


def tell_sizes(base: Path, image: Image) -> None:
    """Tell what the image adds to its base, and the largest parts of it."""
    added = megabytes(image.folder) - megabytes(base)
    print(f"the image adds {added:.0f} MB to its base, of which")
    packages = next((image.folder / "opt/pricebook/lib").glob("python3*/site-packages"))
    sizes = {path.name: megabytes(path) for path in packages.iterdir()}
    for name in sorted(sizes, key=lambda name: -sizes[name])[:8]:
        print(f"  {name} {sizes[name]:.0f}")


def megabytes(path: Path) -> float:
    """Return the size of a folder and all within, links not followed."""
    files = [path, *path.rglob("*")] if path.is_dir() else [path]
    return sum(each.lstat().st_size for each in files) / 1e6


if __name__ == "__main__":
    main()
