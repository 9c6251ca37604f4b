# SPDX-License-Identifier: MIT
"""import-truth: files of what was true of calls."""

import subprocess

import pytest
from harness import BINARY, ROOT, environment
from importing import call, call_batch, imported, refused, run_import, truth_of
from people import Api
from test_mlservice import predict


@pytest.fixture(scope="module")
def caller(server):
    return Api(server).user(grants=["v1", "v2"])


def test_truths_come_in_beside_a_running_server(server, caller, write):
    first, second = call(caller), call(caller)
    file = write(f"service_call_id,target_true\n{first},170000\n{second},1.5e5\n")
    assert imported(run_import(server, "import-truth", "v2", file)) == "truths: 2 recorded, 0 there already\n"
    assert (truth_of(server, first), truth_of(server, second)) == (170000, 150000)
    call(caller)  # the server goes on


def test_truths_come_in_where_no_server_runs(start_server, write):
    server = start_server()
    first = call(Api(server).user(grants=["v2"]))
    server.stop()
    file = write(f"service_call_id,target_true\n{first},170000\n")
    assert imported(run_import(server, "import-truth", "v2", file)) == "truths: 1 recorded, 0 there already\n"
    assert truth_of(server, first) == 170000


def test_a_label_comes_in(server, caller, write):
    first = call(caller, "v1")
    imported(run_import(server, "import-truth", "v1", write(f"target_true,service_call_id\nother,{first}\n")))
    assert truth_of(server, first, service="v1") == "other"


def test_the_items_of_a_batch_are_told_one_by_one(server, caller, write):
    batch = call_batch(caller, 2)
    imported(
        run_import(server, "import-truth", "v2", write(f"item,target_true,service_call_id\n1,7,{batch}\n"))
    )
    assert (truth_of(server, batch, 0), truth_of(server, batch, 1)) == (None, 7)


def test_an_empty_item_is_none(server, caller, write):
    first, batch = call(caller), call_batch(caller, 2)
    header = "service_call_id,item,target_true\n"
    imported(run_import(server, "import-truth", "v2", write(f"{header}{first},,5\n{batch},0,6\n")))
    assert (truth_of(server, first), truth_of(server, batch)) == (5, 6)


def test_standard_input_is_a_file(server, caller):
    first = call(caller)
    ended = subprocess.run(
        [BINARY, "--mode", server.mode, "import-truth", "v2", "-"],
        cwd=ROOT,
        env=environment(server.settings),
        input=f"service_call_id,target_true\n{first},8\n{first},x\n",
        capture_output=True,
        text=True,
    )
    assert refused(ended)[0].startswith("standard input, line 3, column target_true: ")
    assert truth_of(server, first) is None


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffservice_call_id,target_true\r\n{call},9\r\n",
        '"service_call_id","target_true"\n"{call}","9"\n',
        "service_call_id,target_true\r{call},9",
        "\n\nservice_call_id,target_true\n\n{call},9\n\n",
    ],
    ids=["mark and CRLF", "quoted", "CR and no last line end", "blank lines"],
)
def test_files_of_other_programs_are_read(server, caller, write, text):
    first = call(caller)
    imported(run_import(server, "import-truth", "v2", write(text.format(call=first))))
    assert truth_of(server, first) == 9


def test_a_truth_that_is_there_already_does_no_harm(server, caller, write):
    first = call(caller)
    file = write(f"service_call_id,target_true\n{first},9\n{first},9\n")
    assert imported(run_import(server, "import-truth", "v2", file)) == "truths: 1 recorded, 1 there already\n"
    assert imported(run_import(server, "import-truth", "v2", file)) == "truths: 0 recorded, 2 there already\n"


def test_another_truth_is_refused(server, caller, write):
    first, second = call(caller), call(caller)
    imported(run_import(server, "import-truth", "v2", write(f"service_call_id,target_true\n{first},9\n")))
    file = write(f"service_call_id,target_true\n{second},1\n{first},10\n")
    assert refused(run_import(server, "import-truth", "v2", file)) == [
        f"{file}, line 3, column target_true: Another truth has been recorded for this call already"
    ]
    assert (truth_of(server, first), truth_of(server, second)) == (9, None)


def test_two_truths_of_one_call_in_a_file_are_refused(server, caller, write):
    first = call(caller)
    file = write(f"service_call_id,target_true\n{first},9\n{first},10\n")
    assert refused(run_import(server, "import-truth", "v2", file))[0].startswith(f"{file}, line 3, ")
    assert truth_of(server, first) is None


def test_another_truth_replaces_the_first_where_that_is_asked_for(server, caller, write):
    first = call(caller)
    imported(run_import(server, "import-truth", "v2", write(f"service_call_id,target_true\n{first},9\n")))
    file = write(f"service_call_id,target_true\n{first},10\n")
    said = imported(run_import(server, "import-truth", "v2", file, "--overwrite"))
    assert said == "truths: 1 recorded, 0 there already\n"
    assert truth_of(server, first) == 10
    audit = server.sql("SELECT * FROM audit_events WHERE action = 'truth.overwritten' ORDER BY id DESC")[0]
    assert audit["actor_id"] is None
    assert f'"service_call_id":{first}' in audit["after"]


WRONG_TRUTHS = [
    ("x", "Input should be a valid number, unable to parse string as a number"),
    ("", "Input should be a valid number, unable to parse string as a number"),
    ("nan", "Input should be a valid number, unable to parse string as a number"),
    ("inf", "Input should be a valid number, unable to parse string as a number"),
    ("1e999", "Input should be a valid number, unable to parse string as a number"),
    (" 1", "Input should be a valid number, unable to parse string as a number"),
    ('"1,5"', "Input should be a valid number, unable to parse string as a number"),
]


@pytest.mark.parametrize("cell, sentence", WRONG_TRUTHS, ids=[cell or "empty" for cell, _ in WRONG_TRUTHS])
def test_what_is_no_number_is_refused_with_its_place(server, caller, write, cell, sentence):
    first, second = call(caller), call(caller)
    file = write(f"service_call_id,target_true\n{first},9\n{second},{cell}\n")
    assert refused(run_import(server, "import-truth", "v2", file)) == [
        f"{file}, line 3, column target_true: {sentence}"
    ]
    assert truth_of(server, first) is None, "a file with a fault brings nothing in"


def test_an_unknown_label_is_refused(server, caller, write):
    file = write(f"service_call_id,target_true\n{call(caller, 'v1')},splendid\n")
    (said,) = refused(run_import(server, "import-truth", "v1", file))
    assert said == f"{file}, line 2, column target_true: Input should be 'great' or 'other'"


def test_calls_that_cannot_be_judged_are_refused_by_line(server, caller, write):
    failed = predict(caller, "v2", age=-1)
    assert failed.status_code == 422
    of_v1, batch, sound = call(caller, "v1"), call_batch(caller, 3), call(caller)
    file = write(
        "service_call_id,item,target_true\n"
        f"{sound},,1\n999999999,,1\n{of_v1},,1\n{failed.headers['X-Service-Call-Id']},,1\n"
        f"{batch},,1\n{batch},3,1\n"
    )
    assert refused(run_import(server, "import-truth", "v2", file)) == [
        f"{file}, line 3, column service_call_id: Service call not found",
        f"{file}, line 4, column service_call_id: Service call not found",
        f"{file}, line 5, column service_call_id: The call failed: it has no prediction to compare with",
        f"{file}, line 6, column item: Field required: the call has 3 items",
        f"{file}, line 7, column item: Service call item not found: the call has 3",
    ]
    assert truth_of(server, sound) is None


def test_the_first_twenty_faults_are_told_and_the_others_counted(server, write):
    file = write("service_call_id,target_true\n" + "1,x\n" * 23)
    said = refused(run_import(server, "import-truth", "v2", file))
    assert len(said) == 21
    assert said[0].startswith(f"{file}, line 2, ") and said[19].startswith(f"{file}, line 21, ")
    assert said[20] == f"{file}: 3 more"


def test_columns_are_checked_before_any_row(server, write):
    file = write("service_call_id,price,note\n1,2,3\n")
    more = "A truth has service_call_id, target_true and, of a batch, item; no more"
    assert refused(run_import(server, "import-truth", "v2", file)) == [
        f"{file}, line 1, column price: {more}",
        f"{file}, line 1, column note: {more}",
        f"{file}, line 1, column target_true: There is no such column",
    ]


BROKEN = [
    (b"", "line 1: there is no header row"),
    (b"service_call_id,target_true\n1\n", "line 2: 1 cell where the header has 2"),
    (b'service_call_id,target_true\n1,"2\n', "line 2, column 2 (target_true): a quoted cell is not closed"),
    (b"service_call_id,target_true\n1,\xff\n", "line 2, column 2 (target_true): not UTF-8"),
    (b"service_call_id,service_call_id\n1,2\n", "line 1, column 2: named as column 1 is"),
]


@pytest.mark.parametrize("content, sentence", BROKEN, ids=[sentence for _, sentence in BROKEN])
def test_what_is_no_csv_is_refused_with_its_place(server, write, content, sentence):
    file = write(content)
    assert refused(run_import(server, "import-truth", "v2", file)) == [f"{file}, {sentence}"]


def test_a_header_alone_brings_nothing(server, write):
    file = write("service_call_id,target_true\n")
    assert imported(run_import(server, "import-truth", "v2", file)) == "truths: 0 recorded, 0 there already\n"
