"""Runs the steps of a Dockerfile without Docker, in folders that replace its base image.

It supports the instructions that the Dockerfile of this project uses, and exits on any other.
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

IGNORED_INSTRUCTIONS = {"LABEL", "EXPOSE", "STOPSIGNAL"}


class Image(msgspec.Struct):
    """A build stage: its folder, and the configuration of its containers."""

    folder: Path
    environment: dict[str, str]
    workdir: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = []
    command: list[str] = []
    health: list[str] = []


class Build:
    """Runs the steps of a Dockerfile; each stage starts as a copy of the base folder."""

    def __init__(
        self, context: Path, base: Path, target: Path, build_environment: dict[str, str]
    ) -> None:
        """Set the folders; `build_environment` applies to RUN steps only, not to the image."""
        self._context = context
        self._base = base
        self._target = target
        self._build_environment = build_environment
        self._arguments: dict[str, str] = {}
        self._stages: list[tuple[str, Image]] = []

    def run(self) -> Image:
        """Run all instructions and return the last stage."""
        for word, rest in instructions((self._context / "Dockerfile").read_text()):
            if word in IGNORED_INSTRUCTIONS:
                continue
            step = getattr(self, f"_{word.lower()}", None)
            if step is None:
                raise SystemExit(f"The Dockerfile instruction {word} is not supported.")
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
        folder = self._target / (name or "image")
        subprocess.run(["cp", "-a", str(self._base), str(folder)], check=True)
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self._stages.append((name, Image(folder, {"PATH": path})))

    def _workdir(self, rest: str) -> None:
        self._image.workdir = rest
        self._host_path(rest).mkdir(parents=True, exist_ok=True)

    def _run(self, rest: str) -> None:
        image = self._image
        subprocess.run(
            ["chroot", str(image.folder), "sh", "-c", f"cd {shlex.quote(image.workdir)} && {rest}"],
            env=self._build_environment | image.environment,
            stdin=subprocess.DEVNULL,
            check=True,
        )

    def _copy(self, rest: str) -> None:
        words = rest.split()
        source = self._context
        ignored = ignored_names(self._context)
        if words[0].startswith("--from="):
            stage = words.pop(0).removeprefix("--from=")
            source, ignored = dict(self._stages)[stage].folder, set[str]()
        target = self._host_path(words[-1])
        for name in words[:-1]:
            path = source / name.lstrip("/")
            if name in ignored:
                raise SystemExit(f"COPY {name}: .dockerignore excludes this path.")
            if path.is_dir():
                ignore = shutil.ignore_patterns("__pycache__") if ignored else None
                shutil.copytree(path, target, symlinks=True, ignore=ignore, dirs_exist_ok=True)
            else:
                if words[-1].endswith("/"):
                    target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)

    def _env(self, rest: str) -> None:
        environment = self._image.environment
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            environment[name] = re.sub(r"\$(\w+)", lambda match: environment[match[1]], value)

    def _user(self, rest: str) -> None:
        self._image.user = rest

    def _entrypoint(self, rest: str) -> None:
        self._image.entrypoint = msgspec.json.decode(rest, type=list[str])

    def _cmd(self, rest: str) -> None:
        self._image.command = msgspec.json.decode(rest, type=list[str])

    def _healthcheck(self, rest: str) -> None:
        _, _, command = rest.partition("CMD ")
        self._image.health = msgspec.json.decode(command, type=list[str])

    def _host_path(self, path: str) -> Path:
        """Return the path in this file system of a path in the stage."""
        return self._image.folder / os.path.join(self._image.workdir, path).lstrip("/")  # noqa: PTH118


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction and its arguments, with continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


def ignored_names(context: Path) -> set[str]:
    """Return the paths in the context and in `requirements` that .dockerignore excludes."""
    rules = [line for line in (context / ".dockerignore").read_text().splitlines() if line]
    included: dict[str, bool] = {}
    for path in (*context.iterdir(), *(context / "requirements").iterdir()):
        name = str(path.relative_to(context))
        for rule in rules:
            if fnmatch(name, rule.removeprefix("!")):
                included[name] = rule.startswith("!")
    return {name for name, is_included in included.items() if not is_included}
