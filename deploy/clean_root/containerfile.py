# SPDX-License-Identifier: MIT
"""Carries out a Containerfile in plain folders, by chroot: what a container engine's build would do, instruction by
instruction, where there is no engine. It reads the file's own text, so the two cannot drift apart; an instruction that it does
not know stops it."""

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .roots import Root

SILENT = {"LABEL", "EXPOSE", "STOPSIGNAL"}


@dataclass
class Stage:
    """A root as the instructions so far have made it, and what they say of the process to run there."""

    name: str
    root: Root
    environment: dict = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    entrypoint: list = field(default_factory=list)
    healthcheck: list = field(default_factory=list)


def instructions(text: str):
    """(word, argument) of each instruction; comments are gone, continued lines are one."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, argument = line.strip().partition(" ")
            yield word.upper(), argument.strip()


def context(project: Path, into: Path) -> Path:
    """The build's context: what git would commit now, less what .dockerignore names."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project, check=True, capture_output=True, text=True).stdout.split("\0")
    lines = (project / ".dockerignore").read_text().splitlines()
    ignored = tuple(f"{line}/" for line in lines if not line.startswith(("#", "**")))
    for name in filter(None, listed):
        if name.startswith(ignored) or not os.path.lexists(project / name):
            continue
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(project / name, into / name, follow_symlinks=False)
    return into


class Build:
    """Builds all stages. `new_root` makes a root as the image in FROM has it; `say` is told what begins."""

    def __init__(self, sources: Path, new_root, say):
        self.sources, self.new_root, self.say = sources, new_root, say
        self.stages: list[Stage] = []
        self.arguments: dict[str, str] = {}

    def run(self, text: str) -> Stage:
        """Returns the last stage."""
        for word, argument in instructions(text):
            if word in SILENT:
                continue
            do = getattr(self, f"do_{word.lower()}", None)
            if do is None:
                raise ValueError(f"{word} is an instruction that this does not know")
            do(argument)
        return self.stages[-1]

    def expand(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda match: self.arguments[match[1]], text)

    def do_arg(self, argument):
        name, _, value = argument.partition("=")
        self.arguments[name] = value

    def do_from(self, argument):
        image, *name = re.split(r"\s+[Aa][Ss]\s+", self.expand(argument))
        if not image.startswith("debian:12"):
            raise ValueError(f"FROM {image}: only Debian 12 can be made here")
        stage = Stage(name[0] if name else "runtime", self.new_root(name[0] if name else "runtime"))
        self.stages.append(stage)
        self.say(f"FROM {image}, stage {stage.name}")

    def do_workdir(self, argument):
        self.stages[-1].folder = argument
        (self.stages[-1].root.path / argument.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def do_env(self, argument):
        self.stages[-1].environment.update(part.split("=", 1) for part in shlex.split(argument))

    def do_user(self, argument):
        self.stages[-1].user = argument

    def do_entrypoint(self, argument):
        self.stages[-1].entrypoint = json.loads(argument)

    def do_healthcheck(self, argument):
        self.stages[-1].healthcheck = json.loads(argument[argument.index("["):])

    def do_run(self, argument):
        stage = self.stages[-1]
        self.say(f"RUN {argument[:100]}")
        stage.root.run(["sh", "-c", argument], environment=stage.environment, folder=stage.folder, user=stage.user)

    def do_copy(self, argument):
        words = argument.split()
        origin = self.sources
        if words[0].startswith("--from="):
            wanted = words.pop(0).removeprefix("--from=")
            origin = next(stage for stage in self.stages if stage.name == wanted).root.path
        *sources, target = words
        place = self.stages[-1].root.path / self.stages[-1].folder.lstrip("/")
        place = self.stages[-1].root.path / target.lstrip("/") if target.startswith("/") else place / target
        for source in sources:
            self.copy(origin / source.lstrip("/"), place, target.endswith("/"))

    @staticmethod
    def copy(source: Path, place: Path, into_folder: bool):
        """A folder's content is copied, a file goes into the folder or gets the name."""
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, place / source.name if into_folder else place)
