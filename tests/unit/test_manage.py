"""The door: what it says, what it refuses, and that it never shows a traceback."""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import environment, manage
from scripts.commands import COMMANDS, SERVICE

ROOT = Path(__file__).resolve().parents[2]
DOOR = ("manage", "commands", "environment", "environment_faults", "outcome", "progress")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the real door, an environment without packages, and stand-in commands."""
    root = tmp_path_factory.mktemp("project").resolve()
    (root / "scripts").mkdir()
    for name in ("__init__", *DOOR):
        shutil.copy(ROOT / "scripts" / f"{name}.py", root / "scripts")
    for name in (environment.RUN, environment.DEV):
        (root / name).write_text("# nothing\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True)
    environment.write_stamp(root, environment.DEV)
    return root


def command(project: Path, module: str, body: str) -> None:
    text = "PASSES_ON = False\ndef add_arguments(parser):\n    parser.add_argument('--json')\n"
    (project / "scripts" / f"{module}.py").write_text(f"{text}def run(args):\n    {body}\n")


def door(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(project / "scripts/manage.py"), *words]
    # No bytecode is kept: a stand-in may be rewritten within the same second, equally long.
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(line, capture_output=True, text=True, timeout=60, cwd="/", env=environ)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_commands_own_exit_code_comes_out(project: Path, code: int) -> None:
    command(project, "check", f"return {code}")
    assert door(project, "check").returncode == code


def test_a_command_runs_on_the_environments_python_from_any_folder(project: Path) -> None:
    command(project, "check", "import sys; print(sys.prefix, sys.path[0]); return 0")
    assert door(project, "check").stdout.split() == [str(project / ".venv"), str(project)]


def test_an_unexpected_error_is_one_sentence_and_a_file_with_the_details(project: Path) -> None:
    command(project, "check", "raise LookupError('broken inside')")
    done = door(project, "check")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "var/last-error.txt" in done.stderr
    assert "broken inside" in (project / "var/last-error.txt").read_text(encoding="utf-8")


def test_a_reason_not_to_run_is_one_sentence_in_both_languages(project: Path) -> None:
    command(project, "check", "from scripts.outcome import CannotRun; raise CannotRun('缺', 'no')")
    done = door(project, "check")
    assert (done.returncode, done.stderr) == (2, "缺 / no\n")


def test_an_interruption_shows_no_traceback(project: Path) -> None:
    command(project, "check", "raise KeyboardInterrupt")
    done = door(project, "check")
    assert (done.returncode, done.stderr) == (2, "已停止。 / stopped.\n")


def test_a_reader_who_closes_the_pipe_is_no_error(project: Path) -> None:
    command(project, "check", "print('line\\n' * 100000, flush=True); return 0")
    line = f"{sys.executable} {project}/scripts/manage.py check | head -n 1"
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=environ)
    assert (done.stdout, done.stderr) == ("line\n", "")


def test_an_unknown_argument_is_refused(project: Path) -> None:
    command(project, "check", "return 0")
    done = door(project, "check", "--jsno")
    assert done.returncode == 2
    assert "unknown argument: --jsno" in done.stderr


def test_what_pytest_is_told_reaches_it_in_order(project: Path) -> None:
    command(project, "testing", "print(args.rest); return 0")
    module = project / "scripts/testing.py"
    module.write_text(module.read_text().replace("False", "True", 1))
    given = ["tests/unit", "-k", "stamp or lock", "-x", "--lf"]
    assert door(project, "test", *given).stdout.strip() == str(given)


def test_a_command_asked_for_help_shows_its_own_parser(project: Path) -> None:
    command(project, "check", "return 1")
    done = door(project, "check", "--help")
    assert done.returncode == 0
    assert "--json" in done.stdout
    assert COMMANDS["check"].zh in done.stdout


def test_help_needs_no_environment(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for name in ("__init__", *DOOR):
        shutil.copy(ROOT / "scripts" / f"{name}.py", tmp_path / "scripts")
    shutil.copy(ROOT / environment.RUN, tmp_path)
    shutil.copy(ROOT / environment.DEV, tmp_path)
    for name, words in COMMANDS.items():
        done = door(tmp_path, name, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert words.en in done.stdout
    assert not (tmp_path / ".venv").exists()


def test_the_overview_describes_every_command_in_both_languages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert manage.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, words in COMMANDS.items():
        assert f"  {name} " in shown
        assert words.zh in shown
        assert words.en in shown


def test_no_command_at_all_shows_the_overview_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert manage.main([]) == 2
    assert "--help" in capsys.readouterr().err


def test_a_misspelt_command_is_told_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert manage.main(["bulid"]) == 2
    assert "did you mean build?" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_exists(name: str) -> None:
    module = importlib.import_module(COMMANDS[name].module)
    if COMMANDS[name].module == SERVICE:
        module = module.MODULES[name][0]
    assert callable(module.add_arguments)
    assert callable(module.run)


@pytest.mark.parametrize(
    ("version", "system", "installed", "told"),
    [
        ((3, 11, 0), "posix", "", ""),
        ((3, 14, 2), "posix", "", ""),
        ((3, 6, 15), "posix", "", "this is 3.6: install that first."),
        ((3, 10, 9), "posix", "python3.12", "this is 3.10: run it with python3.12."),
        ((3, 12, 0), "nt", "", "run this inside WSL"),
    ],
    ids=["oldest", "newest", "too old", "too old beside a newer one", "Windows"],
)
def test_a_python_that_will_not_do_is_told_what_will(
    version: tuple[int, ...], system: str, installed: str, told: str
) -> None:
    sentence = manage.unfit(version, system, installed.__eq__)
    assert told in sentence if told else sentence == ""
    assert "\n" not in sentence


def test_an_old_python_can_read_the_door_as_far_as_the_refusal() -> None:
    source = (ROOT / "scripts/manage.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    evaluated = [
        ast.unparse(note)
        for function in functions
        for note in [*(arg.annotation for arg in function.args.args), function.returns]
        if note is not None and not isinstance(note, ast.Constant)
    ]
    assert not [note for note in evaluated if "[" in note or "|" in note]


@pytest.mark.parametrize("name", DOOR)
def test_the_door_needs_the_standard_library_alone(name: str) -> None:
    tree = ast.parse((ROOT / "scripts" / f"{name}.py").read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = node.module == "scripts"
            names = [f"scripts.{alias.name}" for alias in node.names] if inside else [node.module]
            imported |= {name for name in names if name}
    own = {f"scripts.{part}" for part in DOOR}
    assert not {n for n in imported if n.split(".")[0] not in sys.stdlib_module_names} - own
