"""Files as they really come: encodings, slips, torn ends. Nothing here needs a database."""

import tracemalloc
from pathlib import Path

import pytest

from crm_store.errors import SourceFileError
from crm_store.sources.reading import RawRecord, Unreadable
from crm_store.sources.reading.json_lines import read_json_lines, read_json_list
from crm_store.sources.reading.lines import detect_encoding
from crm_store.sources.reading.tables import read_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "export"


def table(path: Path, content: bytes, *columns: str) -> list[RawRecord | Unreadable]:
    path.write_bytes(content)
    return list(read_table(path, "auto", ",", columns))


def json_list(path: Path, content: str, name: str | None = "orders") -> list[tuple[int, object]]:
    """Return line and number (or reason) of each record."""
    path.write_text(content, encoding="utf-8")
    return [
        (one.line, one.values["n"] if isinstance(one, RawRecord) else one.reason)
        for one in read_json_list(path, "auto", name)
    ]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030")],
)
def test_the_encoding_is_found_out(path: Path, encoding: str, found: str) -> None:
    (record,) = table(path, "姓名,城市\n林若溪,上海\n".encode(encoding))

    assert detect_encoding(path) == found
    assert isinstance(record, RawRecord)
    assert (record.line, record.values) == (2, {"姓名": "林若溪", "城市": "上海"})


def test_one_damaged_line_does_not_change_the_encoding(path: Path) -> None:
    good, torn = "林若溪,上海\n".encode(), "周敏,北京\n".encode()[1:]

    found = table(path, "姓名,城市\n".encode() + good + torn + good)

    assert [type(one) for one in found] == [RawRecord, Unreadable, RawRecord]
    assert found[1].line == 3


@pytest.mark.parametrize(("encoding", "found"), [("utf-8", "utf-8"), ("gb18030", "gb18030")])
def test_a_long_line_is_told_by_all_its_pieces(path: Path, encoding: str, found: str) -> None:
    long = "[" + ", ".join(f'{{"n": "林若溪{"长" * n}"}}' for n in range(900)) + "]"
    path.write_bytes(long.encode(encoding))

    assert detect_encoding(path) == found
    assert len(list(read_json_list(path, "auto", None))) == 900


def test_utf_16_is_refused_with_what_to_do(path: Path) -> None:
    with pytest.raises(SourceFileError, match="save the file as UTF-8"):
        table(path, "a,b\n1,2\n".encode("utf-16"))


def test_a_value_may_hold_commas_quotes_and_line_breaks(path: Path) -> None:
    found = table(path, b'a,b\r\n"x, ""y""\r\nz",2\r\n3,4\r\n')

    assert [(one.line, one.values) for one in found if isinstance(one, RawRecord)] == [
        (2, {"a": 'x, "y"\nz', "b": "2"}),
        (4, {"a": "3", "b": "4"}),
    ]


def test_an_open_quotation_mark_costs_one_row_not_the_rest(path: Path) -> None:
    found = table(path, b'a,b\n"1,2\n3,4\n5,6\n')

    assert [(one.line, getattr(one, "reason", None)) for one in found] == [
        (2, "a quotation mark is not closed"),
        (3, None),
        (4, None),
    ]


def test_a_torn_last_row_is_reported(path: Path) -> None:
    found = table(path, b"a,b,c\n1,2,3\n\n4,5")

    assert isinstance(found[1], Unreadable)
    assert (found[1].line, found[1].reason) == (4, "expected 3 columns, found 2")


def test_a_header_among_the_rows_is_no_record(path: Path) -> None:
    found = table(path, b"a,b\n1,2\na,b\n3,4\n")

    assert [(one.line, getattr(one, "reason", None)) for one in found] == [
        (2, None),
        (3, "the header stands here once more"),
        (4, None),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "expected a header"),
        (b"a,b,a\n", "column a stands twice"),
        (b"a,b\n1,2\n", "no column c"),
    ],
)
def test_a_file_with_another_header_is_refused_as_a_whole(
    path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(SourceFileError, match=reason):
        table(path, content, "a", "c")


def test_json_lines_are_told_apart_from_what_is_none(path: Path) -> None:
    path.write_text('{"n": 1}\n\n{"n": \n[2]\n{"n": NaN}\n{"n": 3}\n', encoding="utf-8")

    found = list(read_json_lines(path, "auto"))

    assert [one.line for one in found if isinstance(one, RawRecord)] == [1, 6]
    assert [one.line for one in found if isinstance(one, Unreadable)] == [3, 4, 5]


@pytest.mark.parametrize(
    "content",
    [
        '{"shop": "x", "orders": [\n{"n": 1},\n{"n": 2}\n]}\n',
        '{"shop":"x","orders":[{"n":1},{"n":2}]}',
        '{\n  "orders": [\n    {\n      "n": 1\n    },\n    {\n      "n": 2\n    }\n  ]\n}\n',
    ],
)
def test_a_json_list_may_be_laid_out_in_any_way(path: Path, content: str) -> None:
    assert [number for _, number in json_list(path, content)] == [1, 2]


def test_a_file_may_be_one_list(path: Path) -> None:
    assert json_list(path, '[\n{"n": 1},\n{"n": 2}\n]\n', None) == [(2, 1), (3, 2)]


def test_a_broken_object_in_a_list_costs_itself_alone(path: Path) -> None:
    content = '{"orders": [\n{"n": 1},\n{"n": , "x": {}},\n{"n": 3\n{"n": 4},\n{"n" 5}\n]}\n'

    assert json_list(path, content) == [
        (2, 1),
        (3, "expected one JSON object"),
        (4, "expected one JSON object"),
        (5, 4),
        (6, "expected one JSON object"),
    ]


@pytest.mark.parametrize(
    ("content", "end"),
    [
        ('{"orders": [\n{"n": 1},\n{"n": 2, "x', (3, "the file ends within a record")),
        ('{"orders": [\n{"n": 1},\n', (2, "the file ends before its list does")),
    ],
)
def test_a_torn_list_gives_what_it_has(path: Path, content: str, end: tuple[int, str]) -> None:
    assert json_list(path, content) == [(2, 1), end]


def test_a_file_without_the_list_is_refused(path: Path) -> None:
    with pytest.raises(SourceFileError, match="a list called orders"):
        json_list(path, '{"stores": []}')


HUGE = 100 * 2**20


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
def test_a_line_of_100_mb_is_set_aside_in_little_memory(path: Path, kind: str) -> None:
    before, opening, after = {
        "csv": (b"a,b\n1,2\n", b"", b"\n3,4\n"),
        "jsonl": (b'{"n": 1}\n', b'{"n": "', b'"}\n{"n": 2}\n'),
        "json": (b'[\n{"n": 1},\n', b'{"n": "', b'"},\n{"n": 2}\n]\n'),
    }[kind]
    with path.open("wb") as file:
        file.write(before + opening)
        for _ in range(HUGE // 2**20):
            file.write(b"x" * 2**20)
        file.write(after)
    readers = {
        "csv": lambda: read_table(path, "auto", ",", ()),
        "jsonl": lambda: read_json_lines(path, "auto"),
        "json": lambda: read_json_list(path, "auto", None),
    }

    tracemalloc.start()
    found = list(readers[kind]())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [type(one) for one in found] == [RawRecord, Unreadable, RawRecord]
    assert found[1] is not None
    assert [one.reason for one in found if isinstance(one, Unreadable)] == ["longer than 4 MiB"]
    assert peak < HUGE / 3


def test_a_damaged_line_is_kept_as_far_as_it_goes(path: Path) -> None:
    found = table(path, "姓名\n林若溪\n周敏\n陈静\n".encode() + b"\xe6\x9e \n")

    (torn,) = (one for one in found if isinstance(one, Unreadable))
    assert torn.text == "\\xe6\\x9e "
