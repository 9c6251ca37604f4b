# SPDX-License-Identifier: MIT
"""scripts/new_service.sh: what it makes, and what it refuses without changing a thing."""

import hashlib
import json
import re
import shutil
import subprocess

import pytest
from harness import ROOT


@pytest.fixture
def project(tmp_path):
    """As much of the project as the script touches."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "src/app").mkdir(parents=True)
    (tmp_path / "src/app/main.cpp").write_text(
        '// SPDX-License-Identifier: MIT\n#include "inferkeep/application.hpp"\n'
        '#include "v1_text_category/text_category.hpp"\n#include "v2_house_price/house_price.hpp"\n\n'
        "int main(int argc, char** argv) {\n  return inferkeep::Application()\n"
        '      .service<TextCategory>("v1", "Text category", "v1_text_category")\n'
        '      .service<HousePrice>("v2", "House price", "v2_house_price")\n'
        "      .run(argc, argv);\n}\n"
    )
    for folder in ("v1_text_category", "v2_house_price"):
        shutil.copytree(ROOT / "services" / folder, tmp_path / "services" / folder)
    return tmp_path


def new_service(project, *arguments):
    return subprocess.run(
        [project / "scripts/new_service.sh", *arguments], capture_output=True, text=True, timeout=30
    )


def made(project, *arguments):
    ended = new_service(project, *arguments)
    assert ended.returncode == 0, ended.stderr
    return (project / "src/app/main.cpp").read_text()


def state_of(project):
    return {file: file.read_bytes() for file in project.rglob("*") if file.is_file()}


def test_it_makes_a_whole_folder(project):
    made(project, "v3", "wine_quality")
    folder = project / "services/v3_wine_quality"
    assert {file.name for file in folder.iterdir()} == {
        *("wine_quality.hpp", "train.py", "requirements.txt", "README.md"),
        *("model.onnx", "model.json", "reference.json"),
    }
    assert not [file.name for file in folder.iterdir() if re.search(rb"@[A-Z]+@", file.read_bytes())]
    manifest = json.loads((folder / "model.json").read_text())
    assert manifest["service"] == "v3"
    assert manifest["sha256"] == hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    assert "using WineQuality = " in (folder / "wine_quality.hpp").read_text()


def test_it_mounts_the_service_behind_the_others(project):
    lines = made(project, "v3", "wine_quality").splitlines()
    assert lines[4] == '#include "v3_wine_quality/wine_quality.hpp"'
    assert lines[-3:] == [
        '      .service<WineQuality>("v3", "Wine quality", "v3_wine_quality")',
        "      .run(argc, argv);",
        "}",
    ]


def test_includes_stay_in_order(project):
    made(project, "v10", "tea")
    made(project, "zebra", "stripes2")
    includes = [line for line in made(project, "a", "leaf").splitlines() if "#include" in line]
    assert includes == [
        '#include "a_leaf/leaf.hpp"',
        '#include "inferkeep/application.hpp"',
        '#include "v10_tea/tea.hpp"',
        '#include "v1_text_category/text_category.hpp"',
        '#include "v2_house_price/house_price.hpp"',
        '#include "zebra_stripes2/stripes2.hpp"',
    ]


REFUSED = [
    ((), "usage: "),
    (("v3",), "usage: "),
    (("v3", "wine", "red"), "usage: "),
    (("V3", "wine"), '"V3" is no service name'),
    (("3", "wine"), '"3" is no service name'),
    (("v-3", "wine"), '"v-3" is no service name'),
    (("v" * 32, "wine"), "is no service name"),
    (("../v3", "wine"), '"../v3" is no service name'),
    (("v3", "Wine"), '"Wine" is no folder name'),
    (("v3", "wine-quality"), '"wine-quality" is no folder name'),
    (("v3", "wine_"), '"wine_" is no folder name'),
    (("v3", "../wine"), '"../wine" is no folder name'),
    (("v3", ""), '"" is no folder name'),
    (("v2", "wine"), "a service v2 is mounted in src/app/main.cpp already"),
    (("v3", "house_price"), "services/v2_house_price/house_price.hpp has a class HousePrice already"),
    (("v3", "category"), "has a class Category already"),
    (("v3", "taken"), "services/v3_taken exists already"),
]


@pytest.mark.parametrize("arguments, said", REFUSED, ids=[" ".join(row[0])[:40] or "-" for row in REFUSED])
def test_it_refuses_and_changes_nothing(project, arguments, said):
    (project / "services/v3_taken").mkdir()
    before = state_of(project)
    ended = new_service(project, *arguments)
    assert (ended.returncode, ended.stdout) == (64, "")
    assert said in ended.stderr and len(ended.stderr.splitlines()) == 1
    assert state_of(project) == before
