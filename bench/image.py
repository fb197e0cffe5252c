"""A test of the image and compose.yaml without Docker: `bench/image.py [BASE]`; needs root.

debootstrap creates a minimal Debian (or the folder BASE is copied), the steps of the Dockerfile run
in it, and the services of compose.yaml run in namespaces with the same commands, user, environment,
secrets, writable folders and server settings. It takes ten minutes and deletes all its files.
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
# The packages of the base image that the build uses; Debian's Python replaces the one of the image.
PACKAGES = ["python3", "python3-venv", "python3-pip", "python-is-python3", "ca-certificates"]
NAMESPACES = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def main() -> None:
    """Build the image, print its size and run the services."""
    with TemporaryDirectory(prefix="pricebook-image-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        base = folder / "base"
        make_base(base, sys.argv[1:])
        build_environment = {
            name: value for name, value in os.environ.items() if name.startswith("PIP_")
        }
        image = Build(ROOT, base, folder, build_environment).run()
        print_sizes(base, image)
        (folder / "image.json").write_bytes(msgspec.json.encode(image, enc_hook=str))
        run = [sys.executable, containers.__file__, str(folder)]
        subprocess.run(["unshare", *NAMESPACES, *run], check=True)


def make_base(base: Path, arguments: list[str]) -> None:
    """Create the folder that replaces the base image."""
    if arguments:
        subprocess.run(["cp", "-a", arguments[0], str(base)], check=True)
    else:
        include = f"--include={','.join(PACKAGES)}"
        subprocess.run(
            ["debootstrap", "--variant=minbase", include, "bookworm", str(base)],
            stdout=subprocess.DEVNULL,
            check=True,
        )
    # The steps use the package index and the certificates of this machine.
    for path in (BUNDLE, Path("/etc/resolv.conf"), Path("/etc/pip.conf")):
        if path.exists():
            shutil.copyfile(path, base / path.relative_to("/"))
    (base / "etc/hosts").touch()


def print_sizes(base: Path, image: Image) -> None:
    """Print the megabytes that the image adds to its base, and its largest packages."""
    added = size_mb(image.folder) - size_mb(base)
    print(f"the image adds {added:.0f} MB to its base, of which")
    packages = next((image.folder / "opt/pricebook/lib").glob("python3*/site-packages"))
    sizes = {path.name: size_mb(path) for path in packages.iterdir()}
    for name in sorted(sizes, key=lambda name: -sizes[name])[:8]:
        print(f"  {name} {sizes[name]:.0f}")


def size_mb(path: Path) -> float:
    """Return the size of a file or folder in MB; symbolic links are not followed."""
    files = [path, *path.rglob("*")] if path.is_dir() else [path]
    return sum(each.lstat().st_size for each in files) / 1e6


if __name__ == "__main__":
    main()
