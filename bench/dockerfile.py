"""A Dockerfile carried out without Docker: its own steps, in folders that stand in for its base.

What is understood is what ours uses; anything else is refused rather than passed over.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import msgspec

PASSIVE = {"LABEL", "EXPOSE", "STOPSIGNAL"}


class Image(msgspec.Struct):
    """A stage: its folder, and what is set for those who run it."""

    folder: Path
    environment: dict[str, str]
    workdir: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = []
    command: list[str] = []
    health: list[str] = []


class Build:
    """Carries out the steps of a Dockerfile; each stage begins as a copy of the base folder."""

    def __init__(self, context: Path, base: Path, into: Path, outside: dict[str, str]) -> None:
        """Take the variables that only the steps see (where packages come from) as `outside`."""
        self._context = context
        self._base = base
        self._into = into
        self._outside = outside
        self._arguments: dict[str, str] = {}
        self._stages: list[tuple[str, Image]] = []

    def run(self) -> Image:
        """Carry out everything and return the last stage."""
        for word, rest in instructions((self._context / "Dockerfile").read_text()):
            if word in PASSIVE:
                continue
            step = getattr(self, f"_{word.lower()}", None)
            if step is None:
                raise SystemExit(f"{word} is not understood.")
            print(f"{word} {rest}"[:150])
            step(rest)
        return self._image

    @property
    def _image(self) -> Image:
        return self._stages[-1][1]

    def _arg(self, rest: str) -> None:
        name, _, value = rest.partition("=")
        self._arguments[name] = value

    def _from(self, rest: str) -> None:
        _, _, name = rest.partition(" AS ")
        folder = self._into / (name or "image")
        subprocess.run(["cp", "-a", str(self._base), str(folder)], check=True)
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self._stages.append((name, Image(folder, {"PATH": path})))

    def _workdir(self, rest: str) -> None:
        self._image.workdir = rest
        self._inside(rest).mkdir(parents=True, exist_ok=True)

    def _run(self, rest: str) -> None:
        image = self._image
        subprocess.run(
            ["chroot", str(image.folder), "sh", "-c", f"cd {shlex.quote(image.workdir)} && {rest}"],
            env=self._outside | image.environment,
            stdin=subprocess.DEVNULL,
            check=True,
        )

    def _copy(self, rest: str) -> None:
        words = rest.split()
        source = self._context
        ignored = unwanted(self._context)
        if words[0].startswith("--from="):
            stage = words.pop(0).removeprefix("--from=")
            source, ignored = dict(self._stages)[stage].folder, set[str]()
        target = self._inside(words[-1])
        for name in words[:-1]:
            given = source / name.lstrip("/")
            if name in ignored:
                raise SystemExit(f"COPY {name}: .dockerignore keeps it out.")
            if given.is_dir():
                hide = shutil.ignore_patterns("__pycache__") if ignored else None
                shutil.copytree(given, target, symlinks=True, ignore=hide, dirs_exist_ok=True)
            else:
                if words[-1].endswith("/"):
                    target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(given, target)

    def _env(self, rest: str) -> None:
        known = self._image.environment
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            known[name] = re.sub(r"\$(\w+)", lambda found: known[found[1]], value)

    def _user(self, rest: str) -> None:
        self._image.user = rest

    def _entrypoint(self, rest: str) -> None:
        self._image.entrypoint = msgspec.json.decode(rest, type=list[str])

    def _cmd(self, rest: str) -> None:
        self._image.command = msgspec.json.decode(rest, type=list[str])

    def _healthcheck(self, rest: str) -> None:
        _, _, command = rest.partition("CMD ")
        self._image.health = msgspec.json.decode(command, type=list[str])

    def _inside(self, path: str) -> Path:
        """Where a path of the stage is outside of it."""
        return self._image.folder / os.path.join(self._image.workdir, path).lstrip("/")  # noqa: PTH118


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction and what follows it, on one line."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


def unwanted(context: Path) -> set[str]:
    """Return what .dockerignore keeps out of the top folder and of requirements."""
    rules = [line for line in (context / ".dockerignore").read_text().splitlines() if line]
    kept: dict[str, bool] = {}
    for path in (*context.iterdir(), *(context / "requirements").iterdir()):
        name = str(path.relative_to(context))
        for rule in rules:
            if fnmatch(name, rule.removeprefix("!")):
                kept[name] = rule.startswith("!")
    return {name for name, is_kept in kept.items() if not is_kept}
