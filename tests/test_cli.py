"""The command line, as a user meets it: through processes, pipes and terminals."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import click
import pyoxigraph as ox
import pytest

from command_line import DELMAAL, PLAIN, delmaal
from conftest import ROOT, TINY, free_port, serving
from delmaal import __version__
from delmaal import cli as delmaal_cli
from delmaal.cli import COMMANDS, EXIT_CODES
from delmaal.cli import command as command_of
from delmaal.errors import DelmaalError
from delmaal.publish import publish
from delmaal.release import Release, Shelf
from spoiling import plant

PLAIN |= {"LANG": "C.UTF-8", "TERM": "xterm"}
"""The environment of a user who has set nothing."""

THEMES = "SELECT ?theme ?label { ?theme a delmaal:Theme ; skos:prefLabel ?label } ORDER BY ?theme ?label"
VIOLATION = ("agents.yaml", "[https://example.org/survey]", "[https://example.org]")
"""What no reader refuses and a shape does."""


def on_terminal(*arguments: object, interrupt_at: str = "", **environment: str) -> tuple[int, str]:
    """Run a command on a terminal of 80 columns; gives its exit code and all that it wrote there.

    It is interrupted, as Ctrl-C does, when it has written `interrupt_at`.
    """
    ours, theirs = pty.openpty()
    with subprocess.Popen([*DELMAAL, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs,
                          env={**PLAIN, "COLUMNS": "80", **environment}, cwd=ROOT) as process:
        os.close(theirs)
        written = b""
        try:
            while chunk := os.read(ours, 4096):
                written += chunk
                if interrupt_at and interrupt_at.encode() in written:
                    process.send_signal(signal.SIGINT)
                    interrupt_at = ""
        except OSError:  # how Linux says that nobody writes to the terminal any more
            pass
        os.close(ours)
    text = written.decode()
    assert "Traceback" not in text, text
    return process.returncode, text


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is no publication: the quickest mistake there is."""
    return tmp_path_factory.mktemp("empty")


@pytest.fixture
def out(shelves: Path, tiny_release: Release) -> tuple[str, ...]:
    """The options that choose the tiny release of the session."""
    assert tiny_release.folder.is_dir()
    return "--publication", str(TINY), "--out", str(shelves)


# Help


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_shows_an_example_and_the_exit_codes(command: str) -> None:
    run = delmaal(*[command] * bool(command), "--help")
    assert (run.returncode, run.stderr) == (0, "")
    assert re.search(rf"Examples?:\n +delmaal {command or 'validate'}", run.stdout)
    for line in EXIT_CODES.splitlines()[2:]:
        assert f"{line.strip()}\n" in run.stdout, f"no line: {line}"


def test_every_command_is_in_the_table() -> None:
    found = {name for path in Path(delmaal_cli.__path__[0]).glob("*.py") if path.stem not in ("__init__", "options")
             for name, value in vars(import_module(f"delmaal.cli.{path.stem}")).items()
             if isinstance(value, click.Command) and value.callback and value.callback.__module__.endswith(path.stem)}
    assert found == set(COMMANDS)


def test_help_has_a_short_name() -> None:
    assert delmaal("build", "-h").stdout == delmaal("build", "--help").stdout


def test_examples_of_the_help_are_commands_with_options_that_exist() -> None:
    for name in COMMANDS:
        command = command_of(name)
        known = {option for parameter in command.params for option in parameter.opts}
        examples = re.findall(rf"delmaal {name} .*", command.help or "")
        for example in examples:
            used = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", re.sub(r"'[^']*'", "", example).partition("|")[0]))
            assert used <= known, example


def test_every_exit_code_is_documented() -> None:
    def tree(kind: type[DelmaalError]) -> Iterator[int]:
        yield kind.exit_code
        for below in kind.__subclasses__():
            yield from tree(below)

    documented = {int(number) for number in re.findall(r"^ *(\d+)  ", EXIT_CODES, re.MULTILINE)}
    assert documented == {0, 2, 130, *tree(DelmaalError)}


def test_every_exit_code_is_in_the_readme() -> None:
    documented = {int(number) for number in re.findall(r"^ *(\d+)  ", EXIT_CODES, re.MULTILINE)}
    readme = (ROOT / "README.md").read_text("utf-8")
    sentence = re.sub(r"\s+", " ", readme[readme.index("Exit codes:"):].partition("\n\n")[0])
    assert {int(number) for number in re.findall(r"(?:: |; )(\d+) ", sentence)} == documented, sentence


def test_version() -> None:
    assert delmaal("--version").stdout == f"delmaal, version {__version__}\n"
    script = Path(sys.executable).with_name("delmaal")
    assert subprocess.run([script, "--version"], capture_output=True, text=True, check=True).stdout.endswith(
        f"{__version__}\n")


def test_help_imports_nothing_that_is_slow() -> None:
    run = subprocess.run([sys.executable, "-X", "importtime", "-m", "delmaal", "--help"],
                         capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
    assert "click" in imported
    assert not {"pyshacl", "rdflib", "flask", "granian", "yaml", "httpx"} & imported


# Exit codes


def test_exit_0_all_is_well() -> None:
    run = delmaal("validate", TINY)
    assert (run.returncode, run.stdout, run.stderr) == (0, f"{TINY}: all is well\n", "")


def test_exit_1_mistakes_in_the_sources(tiny: Path) -> None:
    place = plant(tiny, "themes/ren-energi.yaml", "number: 2", "number: §two")
    run = delmaal("build", "tiny", cwd=tiny.parent)
    assert (run.returncode, run.stdout) == (1, "")
    assert f"tiny/{place} number-wrong: " in run.stderr
    assert "error sources-invalid: 1 mistake in the sources" in run.stderr
    assert not (tiny.parent / "var" / "tiny" / "current").exists()


def test_exit_1_file_whose_name_has_no_iri(tiny: Path) -> None:
    for folder in ("statistics", "indicators"):
        (tiny / folder / "god-helse.yaml").rename(tiny / folder / "Økonomi og helse.yaml")
    run = delmaal("build", "tiny", cwd=tiny.parent)
    assert run.returncode == 1
    for folder in ("statistics", "indicators"):
        assert f"tiny/{folder}/Økonomi og helse.yaml:1:1 slug-malformed: the file's name is no slug" in run.stderr


def test_exit_1_violation_of_a_shape(tiny: Path) -> None:
    plant(tiny, *VIOLATION)
    run = delmaal("build", "tiny", cwd=tiny.parent)
    assert (run.returncode, run.stdout) == (1, "")
    assert "tiny/agents.yaml:3:14 agent-see-also: " in run.stderr
    assert "error publication-invalid: 1 violation; nothing was released" in run.stderr
    assert not (tiny.parent / "var" / "tiny" / "current").exists()


@pytest.mark.parametrize(("arguments", "words"), [
    (["nope"], "No such command 'nope'"),
    (["build", "--nope"], "No such option '?--nope"),
    (["build", "nowhere"], "there is no folder nowhere"),
    (["build", str(TINY / "publication.yaml")], "is a file"),
    (["build", str(TINY), str(TINY)], "unexpected extra argument"),
    (["build", str(TINY), "--out", ""], "--out is '': it is empty"),
    (["build", str(TINY), "--out", str(TINY.parent)], "out-in-sources: .*lies in the sources; choose another folder"),
    (["build", str(TINY), "--out", str(TINY / "var")], "out-in-sources"),
    (["serve", str(TINY), "--port", "http"], "--port is 'http': write a whole number from 1 to 65535"),
    (["serve", str(TINY), "--port", "0"], "--port is '0': write a whole number from 1 to 65535"),
    (["validate", "--format", "xml"], "'xml' is not one of 'text', 'json'"),
    (["query"], "give either a query or --file with one"),
    (["query", "ASK {}", "--file", "Makefile"], "give either a query or --file with one"),
    (["query", "--file", "nowhere.rq"], "nowhere.rq"),
    (["query", "ASK {}", "--results", "pdf"], "'pdf' is not one of"),
    (["verify", "--release"], "requires an argument"),
])
def test_exit_2_wrong_usage(arguments: list[str], words: str) -> None:
    run = delmaal(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert re.search(words, run.stderr), run.stderr


BAD_BASES = ("", "example.org/", "ftp://example.org/", "https://example.org", "https://example.org/x", "https:///",
             "https://example.org/?a/", "https://example.org/#/", "https://exa mple.org/", "https://example.org/<x>/",
             "https://example.org/%/", "https://example.org/%zz/", "https://[::1/", "https://example.org/\n/",
             "https://:80/", "urn:example:/")


def test_exit_2_bad_base(tmp_path: Path) -> None:
    run = delmaal("build", TINY, "--out", tmp_path, "--base", "https://example.org")
    assert (run.returncode, run.stdout) == (2, "")
    assert "Error: Invalid value for '--base': the base must end in a slash, without ? or #" in run.stderr
    assert list(tmp_path.iterdir()) == []
    for command in ("build", "serve"):
        for base in BAD_BASES:
            with pytest.raises(click.BadParameter) as caught:
                command_of(command).make_context(command, [str(TINY), "--base", base])
            assert caught.value.param
            assert caught.value.param.name == "base"
            assert len(caught.value.message) > 20


@pytest.mark.parametrize("arguments", [["verify", str(TINY)], ["query", "ASK {}", "--publication", str(TINY)]])
def test_exit_3_no_release(arguments: list[str], tmp_path: Path) -> None:
    run = delmaal(*arguments, "--out", tmp_path)
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr == f"error release-missing: there is no release in {tmp_path}/tiny; run `delmaal build`\n"


def test_exit_3_damaged_release(tiny_release: Release, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "tiny")
    shutil.copytree(tiny_release.folder, shelf.releases / tiny_release.id)
    shelf.switch(shelf.open(tiny_release.id))
    assert delmaal("verify", TINY, "--out", tmp_path).returncode == 0
    for release in (tiny_release.id, tiny_release.id[:12], tiny_release.id[:4]):
        run = delmaal("verify", TINY, "--out", tmp_path, "--release", release)
        assert run.returncode == 0
        files, statements = len(tiny_release.manifest["files"]), sum(tiny_release.manifest["parts"].values())
        assert run.stdout == f"release {tiny_release.id[:12]} is whole: {files} files, {statements:,} statements\n"
    run = delmaal("verify", TINY, "--out", tmp_path, "--release", "xyz")
    assert run.returncode == 3
    assert f"no release begins with xyz; there are {tiny_release.id[:12]}" in run.stderr
    (shelf.releases / tiny_release.id / "data" / "themes.ttl").unlink()
    (shelf.releases / tiny_release.id / "data" / "more.txt").touch()
    run = delmaal("verify", TINY, "--out", tmp_path)
    assert run.returncode == 3
    assert run.stdout == "data/themes.ttl: missing\ndata/more.txt: not in the manifest\n"
    assert f"error release-damaged: 2 problems in release {tiny_release.id[:12]}; " in run.stderr
    assert f"delete {shelf.releases / tiny_release.id} and run `delmaal build`" in run.stderr


@pytest.mark.parametrize(("query", "words"), [
    ("SELECT * {\n  ?s ?p }", r"query-malformed: 2:\d+: the query is malformed near"),
    ("SELECT", "query-malformed"),
    ("  ", "query-malformed"),
    ("INSERT DATA { <a:a> <a:a> <a:a> }", "query-update-refused: this endpoint is read-only"),
    ("SELECT ?x { ?x nope:y ?z }", r"query-malformed: 1:\d+: .*the prefix nope: is not declared"),
    ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "query-service-refused"),
    (f"ASK {'{' * 5000}{'}' * 5000}", "query-too-deep"),
])
def test_exit_4_query_that_cannot_be(query: str, words: str, out: tuple[str, ...]) -> None:
    run = delmaal("query", query, *out)
    assert (run.returncode, run.stdout) == (4, "")
    assert re.search(f"error {words}", run.stderr), run.stderr


def test_exit_4_query_that_is_no_text(out: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "latin.rq"
    file.write_bytes("ASK { ?x ?y 'på' }".encode("latin-1"))
    run = delmaal("query", "--file", file, *out)
    assert run.returncode == 4
    assert "error query-not-utf8: the query is not UTF-8" in run.stderr
    run = delmaal("query", os.fsdecode(b"ASK { ?x ?y '\xff' }"), *out)
    assert run.returncode == 4
    assert "error query-not-utf8" in run.stderr


def test_exit_5_port_in_use(shelves: Path, tiny_release: Release) -> None:
    assert tiny_release.folder.is_dir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = delmaal("serve", TINY, "--out", shelves, "--port", str(port))
    assert run.returncode == 5
    assert f"error address-in-use: port {port} on 127.0.0.1 is in use; stop what uses it, or" in run.stderr


def test_exit_5_address_that_is_not_here(shelves: Path, tiny_release: Release) -> None:
    assert tiny_release.folder.is_dir()
    run = delmaal("serve", TINY, "--out", shelves, "--host", "192.0.2.1", "--port", str(free_port()))
    assert run.returncode == 5
    assert "error address-unusable: 192.0.2.1:" in run.stderr


def test_exit_130_interrupted(tmp_path: Path) -> None:
    with subprocess.Popen([*DELMAAL, "build", str(TINY), "--out", str(tmp_path)], env=PLAIN, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not (tmp_path / "tiny" / "lock").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said, failed = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    assert failed == "interrupted; what was released before is still served\n"
    assert [path.name for path in (tmp_path / "tiny" / "releases").iterdir()] == []


# Terminals, pipes and colours

ESCAPE = "\x1b["
PROGRESS = re.compile(r"starting|reading the sources|validating with SHACL")


def test_terminal_gets_colours_and_progress(empty: Path) -> None:
    code, text = on_terminal("validate", empty)
    assert code == 1
    assert f"{ESCAPE}1;31mpublication-missing" in text
    assert PROGRESS.search(text)


def test_pipe_gets_neither(empty: Path) -> None:
    run = delmaal("validate", empty)
    assert run.returncode == 1
    assert ESCAPE not in run.stdout
    assert run.stderr == ""


def test_force_color_gives_a_pipe_colours_and_no_progress(empty: Path) -> None:
    run = delmaal("validate", empty, FORCE_COLOR="1")
    assert f"{ESCAPE}1;31mpublication-missing" in run.stdout
    assert run.stderr == ""


@pytest.mark.parametrize("more", [{}, {"FORCE_COLOR": "1"}], ids=["alone", "with-force"])
def test_no_color_gives_no_escape_code(empty: Path, more: dict[str, str]) -> None:
    code, text = on_terminal("validate", empty, NO_COLOR="1", **more)
    assert code == 1
    assert "\x1b" not in text
    assert "publication-missing" in text
    assert PROGRESS.search(text)
    assert "\x1b" not in delmaal("validate", empty, **{"NO_COLOR": "1", **more}).stdout


def test_dumb_terminal_gets_no_escape_code(empty: Path) -> None:
    _, text = on_terminal("validate", empty, TERM="dumb")
    assert "\x1b" not in text
    assert PROGRESS.search(text)


def test_interrupt_on_a_terminal_leaves_it_as_it_was(tmp_path: Path) -> None:
    code, text = on_terminal("build", TINY, "--out", tmp_path, interrupt_at="SHACL")
    assert code == 130
    assert "interrupted; what was released before is still served" in text
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l"), "the cursor is shown again"


def test_names_are_printed_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "[red]:smile:[-]"
    folder.mkdir()
    for arguments in (["validate", folder], ["verify", folder, "--out", tmp_path / "out"]):
        run = delmaal(*arguments)
        assert "[red]:smile:[-]" in run.stdout + run.stderr


def closed(*arguments: object, lines: int) -> tuple[int, str]:
    """Run a command whose reader leaves after some lines."""
    with subprocess.Popen([*DELMAAL, *map(str, arguments)], env=PLAIN, text=True, cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        for _ in range(lines):
            assert process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        return process.wait(60), said


def test_reader_that_leaves_early_is_no_failure(out: tuple[str, ...], empty: Path) -> None:
    everything = "SELECT ?s ?p ?o { ?s ?p ?o }"
    assert closed("query", everything, *out, lines=1) == (0, "")
    assert closed("query", "CONSTRUCT WHERE { ?s ?p ?o }", *out, lines=1) == (0, "")
    assert closed("query", f"{everything} LIMIT 1500", "--results", "table", *out, lines=1) == (0, "")
    assert closed("--help", lines=0) == (0, "")
    assert closed("validate", empty, lines=0) == (0, "")


@pytest.mark.parametrize("arguments", [["--help"], ["validate", "EMPTY"], ["validate", "EMPTY", "--format", "json"]])
def test_exit_1_output_that_cannot_be_written(arguments: list[str], empty: Path) -> None:
    command = [*DELMAAL, *(argument.replace("EMPTY", str(empty)) for argument in arguments)]
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=PLAIN)
    assert (run.returncode, run.stderr) == (1, "error output-unwritable: No space left on device\n")


# Findings


def test_findings_as_json(tiny: Path) -> None:
    plant(tiny, *VIOLATION)
    mistake = plant(tiny, "themes/ren-energi.yaml", "number: 2", "number: §two")
    run = delmaal("validate", "tiny", "--format", "json", cwd=tiny.parent, PYTHONIOENCODING="latin-1")
    assert (run.returncode, run.stderr) == (1, "")
    rows = json.loads(run.stdout)
    assert [(row["file"], row["code"]) for row in rows] == [
        ("tiny/agents.yaml", "agent-see-also"), ("tiny/themes/ren-energi.yaml", "number-wrong")]
    found, wrong = rows
    assert (found["line"], found["column"], found["severity"]) == (3, 14, "Violation")
    assert found["focus"] == "https://example.org/lillevik/id/agent/undersokelsen"
    assert (found["path"], found["value"]) == ("rdfs:seeAlso", "https://example.org")
    assert found["message"].keys() == found["fix"].keys() == {"nb", "en"}
    assert f"tiny/{mistake}" == "{file}:{line}:{column}".format(**wrong)
    assert wrong["message"]["en"]


def test_findings_are_in_the_language_of_the_locale(tiny: Path) -> None:
    plant(tiny, *VIOLATION)
    norwegian = delmaal("validate", tiny, LANG="nb_NO.UTF-8").stdout
    assert re.search(r"agent-see-also: .* → Skriv ", norwegian)
    assert norwegian.endswith(f"\n{tiny}: 1 mistake, 0 warnings\n")
    english = delmaal("validate", tiny, LANG="nb_NO.UTF-8", LC_ALL="en_GB.UTF-8", PYTHONIOENCODING="ascii").stdout
    assert re.search(r"agent-see-also: .* \\u2192 Write ", english), "a terminal that knows no arrow gets another sign"


def test_warning_is_told_by_a_build_and_counted_afterwards(tiny: Path) -> None:
    plant(tiny, "statistics/god-helse.yaml", "value: 71.5", "value: 171.5")
    first = delmaal("build", "tiny", cwd=tiny.parent)
    assert first.returncode == 0
    assert "statistic-percent-range" in first.stderr
    released = re.fullmatch(r"released ([0-9a-f]{12}) of tiny: [\d,]+ statements, 1 warning, "
                            r"in var/tiny/releases/[0-9a-f]{64}\n", first.stdout)
    second = delmaal("build", "tiny", cwd=tiny.parent)
    assert released
    assert second.stdout == f"unchanged: release {released[1]} of tiny is current, 1 warning\n"


# Queries


def test_results_in_each_format(out: tuple[str, ...]) -> None:
    def asked(*arguments: str) -> str:
        run = delmaal("query", *arguments, *out)
        assert (run.returncode, run.stderr) == (0, "")
        return run.stdout

    theme = "https://example.org/lillevik/id/theme/god-helse"
    for plain in (asked(THEMES), asked(THEMES, "--results", "csv")):
        rows = list(csv.reader(io.StringIO(plain)))
        assert rows[0] == ["theme", "label"]
        assert rows[1:3] == [[theme, "God helse"], [theme, "Good health"]]
    assert asked(THEMES, "--results", "tsv").splitlines()[:2] == ["?theme\t?label", f'<{theme}>\t"God helse"@nb']
    for name, kind in (("json", ox.QueryResultsFormat.JSON), ("xml", ox.QueryResultsFormat.XML)):
        solutions = ox.parse_query_results(asked(THEMES, "--results", name), format=kind)
        assert isinstance(solutions, ox.QuerySolutions)
        assert [row["label"].value for row in solutions][:2] == ["God helse", "Good health"]
        answer = ox.parse_query_results(asked("ASK { ?x a delmaal:Theme }", "--results", name), format=kind)
        assert bool(answer)
    for name in ("table", "csv", "tsv"):
        assert asked("ASK { ?x a delmaal:Theme }", "--results", name) == "true\n"
    assert asked("ASK { ?x a delmaal:Nothing }") == "false\n"
    construct = "CONSTRUCT { ?x a delmaal:Theme } WHERE { ?x a delmaal:Theme }"
    graphs = [{quad.triple for quad in ox.parse(text, format=kind)} for text, kind in (
        (asked(construct), ox.RdfFormat.TURTLE), (asked(construct, "--results", "turtle"), ox.RdfFormat.TURTLE),
        (asked(construct, "--results", "nt"), ox.RdfFormat.N_TRIPLES))]
    assert len(graphs[0]) == 2
    assert graphs[0] == graphs[1] == graphs[2]
    assert "Good health" in asked(f"DESCRIBE <{theme}>")


@pytest.mark.parametrize(("query", "results", "words"), [
    ("CONSTRUCT WHERE { ?s ?p ?o }", "csv", "a CONSTRUCT or DESCRIBE gives no csv; take turtle or nt"),
    ("DESCRIBE <a:b>", "json", "a CONSTRUCT or DESCRIBE gives no json; take turtle or nt"),
    ("CONSTRUCT WHERE { ?s ?p ?o }", "table", "a CONSTRUCT or DESCRIBE gives no table; take turtle or nt"),
    (THEMES, "turtle", "a SELECT or ASK gives no turtle; take table, csv, tsv, json or xml"),
    ("ASK {}", "nt", "a SELECT or ASK gives no nt; take table, csv, tsv, json or xml"),
])
def test_results_that_a_query_does_not_give(query: str, results: str, words: str, out: tuple[str, ...]) -> None:
    run = delmaal("query", query, "--results", results, *out)
    assert (run.returncode, run.stdout, run.stderr) == (4, "", f"error format-impossible: {words}\n")


def test_query_from_a_file_and_from_stdin(out: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "themes.rq"
    file.write_text(THEMES)
    expected = delmaal("query", THEMES, *out).stdout
    assert delmaal("query", "-f", file, *out).stdout == expected
    assert delmaal("query", "--file", "-", *out, given=THEMES).stdout == expected


def test_table_is_for_readers_and_cuts_nothing(out: tuple[str, ...]) -> None:
    code, text = on_terminal("query", THEMES, *out)
    assert code == 0
    assert "│" in text
    assert "…" not in text
    assert "https://example.org/lillevik/id/theme/god-helse" in re.sub(r"[\s│]", "", text)
    code, text = on_terminal("query", 'SELECT ("[red]x[/red] :smile:" AS ?text) {}', *out)
    assert "[red]x[/red] :smile:" in text
    assert "│" in delmaal("query", THEMES, "--results", "table", *out).stdout
    assert "│" not in delmaal("query", THEMES, *out, FORCE_COLOR="1").stdout


# Another base


def test_base_moves_every_iri_of_the_publication_and_no_other(tiny_release: Release, tmp_path: Path) -> None:
    old, new = tiny_release.base, "http://127.0.0.1:8000/"
    run = delmaal("build", TINY, "--out", tmp_path, "--base", new)
    assert run.returncode == 0, run.stderr
    moved = Shelf(tmp_path / "tiny").current()
    assert moved.base == new
    assert moved.id != tiny_release.id
    for path in moved.manifest["files"]:
        content = (moved.folder / path).read_bytes()
        plain = gzip.decompress(content) if path.endswith(".gz") else content
        assert old.encode() not in plain, path
    for path in ("data/all.nt", "data/graphs.nq"):
        before = (tiny_release.folder / path).read_text("utf-8").replace(old, new).splitlines()
        assert sorted(before) == (moved.folder / path).read_text("utf-8").splitlines()
    text = (moved.folder / "data/all.nt").read_text("utf-8")
    for kept in ("<https://w3id.org/delmaal/period/2024>", "<https://w3id.org/delmaal/ns#Theme>",
                 "<http://metadata.un.org/sdg/3.4>", "<https://example.org/place/lillevik>"):
        assert kept in text
    again = delmaal("build", TINY, "--out", tmp_path, "--base", new)
    assert again.stdout.startswith(f"unchanged: release {moved.id[:12]}")


# Settings


def test_settings_come_from_option_else_variable_else_default(tmp_path: Path) -> None:
    def missing(*options: str, **environment: str) -> str:
        run = delmaal("verify", TINY, *options, cwd=tmp_path, **environment)
        assert run.returncode == 3
        return re.sub(r".* in (\S+)/tiny;.*", r"\1", run.stderr.strip())

    assert missing() == "var"
    assert missing(DELMAAL_OUT="from-variable") == "from-variable"
    assert missing("--out", "from-option", DELMAAL_OUT="from-variable") == "from-option"


@pytest.mark.parametrize(("variable", "value", "words"), [
    ("DELMAAL_PORT", "80a", "DELMAAL_PORT is '80a': write a whole number from 1 to 65535. The port to listen on."),
    ("DELMAAL_WORKERS", "0", "DELMAAL_WORKERS is '0': write a whole number from 1 to 256"),
    ("DELMAAL_OUT", "", "DELMAAL_OUT is '': it is empty; write a value, or leave it out"),
])
def test_wrong_setting_names_its_variable(variable: str, value: str, words: str, tmp_path: Path) -> None:
    run = delmaal("serve", TINY, cwd=tmp_path, **{variable: value})
    assert (run.returncode, run.stdout) == (2, "")
    assert f"error setting-invalid: {words}" in run.stderr
    assert list(tmp_path.iterdir()) == [], "a wrong setting is told before anything is built"


# Serving in spite of


def mistake(tiny: Path, _: Path) -> None:
    plant(tiny, "themes/ren-energi.yaml", "number: 2", "number: two")


def unwritable(tiny: Path, out: Path) -> None:
    plant(tiny, "themes/ren-energi.yaml", "Clean energy", "Cleaner energy")
    (out / "tiny" / "lock").unlink()
    (out / "tiny" / "lock").mkdir()


@pytest.mark.parametrize("spoil", [mistake, unwritable])
def test_older_release_is_served_where_there_can_be_no_newer(
    tiny: Path, tmp_path: Path, spoil: Callable[[Path, Path], None],
) -> None:
    release = publish(tiny, tmp_path / "out").release
    spoil(tiny, tmp_path / "out")
    with serving(tiny, tmp_path / "out") as client:
        assert client.get("/ready").text == f"release {release.id}\n"


def test_nothing_is_served_where_there_is_no_release(tiny: Path, tmp_path: Path) -> None:
    plant(tiny, "themes/ren-energi.yaml", "number: 2", "number: two")
    run = delmaal("serve", tiny, "--out", tmp_path / "out", "--port", str(free_port()))
    assert run.returncode == 3
    assert "number-wrong" in run.stderr
    assert "error release-missing" in run.stderr


def test_in_a_publications_folder_that_one_is_meant(tiny: Path) -> None:
    run = delmaal("validate", cwd=tiny)
    assert (run.returncode, run.stdout, run.stderr) == (0, "tiny: all is well\n", "")
    plant(tiny, "themes/god-helse.yaml", "title:", "tittel:")
    wrong = delmaal("validate", cwd=tiny)
    assert wrong.returncode == 1
    assert 'themes/god-helse.yaml:2:1 key-unknown: theme "god-helse" has no key "tittel"' in wrong.stdout


@pytest.mark.parametrize("command", [("build",), ("validate",), ("serve",), ("verify",), ("query", "ASK {}"),
                                     ("releases",), ("prune",), ("score",)], ids=" ".join)
def test_where_no_publication_is_none_is_taken_for_meant(tmp_path: Path, tiny: Path, command: tuple[str, ...]) -> None:
    """`all is well` would be said of another's data. What lies near is offered."""
    empty = tmp_path / "empty"
    empty.mkdir()
    run = delmaal(*command, cwd=empty)
    assert (run.returncode, run.stdout) == (2, "")
    assert "the current folder has no publication.yaml; name a publication's folder, or go into one" in run.stderr
    assert list(empty.iterdir()) == []
    near = delmaal(*command, cwd=tiny.parent)
    assert near.returncode == 2
    assert "has no publication.yaml; name one: tiny" in near.stderr
