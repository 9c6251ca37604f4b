#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""try_in_clean_root.py [container] [deb] [unit] [newcomer]: tries, in fresh Debian 12 systems and as root, that

  container  the Containerfile's instructions build the program, and the result serves as its user, its root read-only
  deb        the Debian package installs, serves, and goes again
  unit       its systemd unit does what it says, under a systemd of its own with all of the unit's confinement
  newcomer   README's two commands work where there is nothing but git

Needs debootstrap, and a Debian archive that apt reaches. It is no container engine: layers, labels and the isolation of a
running container are not tried. Prints what it does with the minutes that it took."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from clean_root import scenarios  # noqa: E402
from clean_root.roots import bootstrap, in_own_namespaces  # noqa: E402

PROJECT = Path(__file__).resolve().parent.parent


def main(folder: Path) -> int:
    began = time.monotonic()

    def say(text: str):
        print(f"clean root: [{(time.monotonic() - began) / 60:5.1f} min] {text}", flush=True)

    wanted = sys.argv[1:] or list(scenarios.ALL)
    base = bootstrap(folder / "base")
    say(f"Debian 12: {base.figures()}")
    for name in wanted:
        say(f"{name}:")
        scenarios.ALL[name](PROJECT, base, folder / name, say)
    say(f"{', '.join(wanted)}: all as it should be")
    return 0


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in scenarios.ALL]
    if unknown:
        sys.exit(__doc__)
    sys.exit(in_own_namespaces(main))
