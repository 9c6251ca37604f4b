# SPDX-License-Identifier: MIT
"""import-training: files of the rows that a model was trained on."""

import pytest
from answers import assert_ok
from harness import ROOT, Server, run_program
from importing import FIELDS, ROW, imported, refused, rows_of_file, run_import, training_rows
from people import Api
from test_mlservice import predict


def test_the_training_rows_of_both_services_come_in_as_they_are(start_server):
    server = start_server()
    for service, file, count in [("v1", "food_reviews.csv", None), ("v2", "house_prices.csv", 2344)]:
        rows = rows_of_file(file)
        said = imported(run_import(server, "import-training", service, ROOT / "data" / file))
        assert said.startswith(f"training rows: {len(rows)} imported (0 removed)\n"), said
        assert count in (None, len(rows))
        assert len(training_rows(server, service)) == len(rows)

    first, expected = training_rows(server)[0], rows_of_file("house_prices.csv")[0]
    assert first["service_call_id"] is None
    assert first["feature_age"] == int(expected["age"])
    assert first["feature_surface"] == float(expected["surface"])
    assert first["feature_has_attic"] == 0
    assert first["feature_address"] == expected["address"]
    assert first["target_true"] == float(expected["price"])
    assert first["target_pred"] == pytest.approx(first["target_true"], rel=0.5)
    assert training_rows(server, "v1")[0]["target_pred"] in ("great", "other")


@pytest.fixture(scope="module")
def training_server(tmp_path_factory):
    """A server whose training rows are these tests' alone."""
    one = Server(tmp_path_factory.mktemp("training")).start()
    yield one
    one.stop()


@pytest.fixture
def clean(training_server, write):
    """The server without any training rows."""
    imported(run_import(training_server, "import-training", "v2", write(f"{FIELDS},price\n"), "--replace"))
    return training_server


def test_the_prediction_stands_beside_the_truth(clean, write):
    answer = assert_ok(predict(Api(clean).user(grants=["v2"]), "v2"))
    said = imported(
        run_import(clean, "import-training", "v2", write(f"{FIELDS},target_true\n{ROW},170000\n"))
    )
    assert said.startswith("training rows: 1 imported (0 removed)\nthe model on them: mae ")
    (row,) = training_rows(clean)
    assert (row["target_pred"], row["target_true"]) == (answer.json()["price"], 170000)


def test_rows_are_added_to_those_that_are_there_or_replace_them(clean, write):
    file = write(f"{FIELDS},price\n{ROW},170000\n{ROW},180000\n")
    imported(run_import(clean, "import-training", "v2", file))
    assert "2 imported (0 removed)" in imported(run_import(clean, "import-training", "v2", file))
    assert len(training_rows(clean)) == 4
    assert "2 imported (4 removed)" in imported(run_import(clean, "import-training", "v2", file, "--replace"))
    assert [row["target_true"] for row in training_rows(clean)] == [170000, 180000]


def test_a_bad_row_names_its_line_and_column_and_nothing_comes_in(clean, write):
    good = write(f"{FIELDS},price\n{ROW},170000\n")
    imported(run_import(clean, "import-training", "v2", good))
    bad = write(f"{FIELDS},price\n{ROW},170000\n401,1,maybe,x,Ames,\n", "bad.csv")
    assert refused(run_import(clean, "import-training", "v2", bad, "--replace")) == [
        f"{bad}, line 3, column age: Input should be less than or equal to 400",
        f"{bad}, line 3, column surface: Input should be greater than or equal to 5",
        f"{bad}, line 3, column has_attic: Input should be a valid boolean, unable to interpret input",
        f"{bad}, line 3, column garden_surface: "
        "Input should be a valid number, unable to parse string as a number",
        f"{bad}, line 3, column price: Input should be a valid number, unable to parse string as a number",
    ]
    assert len(training_rows(clean)) == 1, "what was there must stay"


def test_a_fault_behind_many_good_rows_brings_nothing_in(clean, write):
    file = write(f"{FIELDS},price\n" + f"{ROW},170000\n" * 600 + f"{ROW},x\n")
    assert refused(run_import(clean, "import-training", "v2", file))[0].startswith(f"{file}, line 602, ")
    assert training_rows(clean) == []


@pytest.mark.parametrize("cell", ["True", "true", "TRUE", "1", "False", "false", "FALSE", "0"])
def test_booleans_are_read_as_data_frames_and_spreadsheets_write_them(clean, write, cell):
    row = ROW.replace("False", cell)
    imported(run_import(clean, "import-training", "v2", write(f"{FIELDS},price\n{row},170000\n")))
    assert training_rows(clean)[0]["feature_has_attic"] == int(cell.lower() in ("true", "1"))


def test_cells_may_hold_line_ends_and_faults_count_them(clean, write):
    row = ROW.replace("Ames, ", "Ames,\n")
    file = write(f"{FIELDS},price\n{row},170000\n{ROW},x\n")
    assert refused(run_import(clean, "import-training", "v2", file))[0].startswith(f"{file}, line 4, ")
    imported(run_import(clean, "import-training", "v2", write(f"{FIELDS},price\n{row},170000\n")))
    assert training_rows(clean)[0]["feature_address"] == "Ames,\nIowa"


def test_other_columns_are_refused_unless_they_are_named(clean, write):
    file = write(f"id,{FIELDS},price,note\n1,{ROW},170000,fine\n")
    assert refused(run_import(clean, "import-training", "v2", file)) == [
        f"{file}, line 1, column id: Service v2 has no such field; --ignore id leaves it out",
        f"{file}, line 1, column note: Service v2 has no such field; --ignore note leaves it out",
    ]
    assert refused(run_import(clean, "import-training", "v2", file, "--ignore", "id"))
    imported(run_import(clean, "import-training", "v2", file, "--ignore", "id,note"))
    imported(run_import(clean, "import-training", "--ignore", "id", "--ignore", "note", "v2", file))
    assert len(training_rows(clean)) == 2


def test_a_missing_column_is_named(clean, write):
    file = write("age,surface,has_attic,address,price\n1,100,True,Ames,5\n")
    assert refused(run_import(clean, "import-training", "v2", file)) == [
        f"{file}, line 1, column garden_surface: There is no such column"
    ]
    file = write(f"{FIELDS}\n{ROW}\n")
    assert refused(run_import(clean, "import-training", "v2", file)) == [
        f"{file}, line 1, column target_true: There is no such column"
    ]


def test_a_model_that_cannot_be_loaded_brings_nothing_in(clean, write, tmp_path):
    (tmp_path / "services" / "v2_house_price").mkdir(parents=True)
    settings = {**clean.settings, "SERVICES_DIR": tmp_path / "services"}
    file = write(f"{FIELDS},price\n{ROW},170000\n")
    ended = run_program("--mode", clean.mode, "import-training", "v2", str(file), **settings)
    assert ended.returncode == 69
    assert training_rows(clean) == []
