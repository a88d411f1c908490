"""What ARCHITECTURE.md promises of the source, looked up in the source."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path

import pytest

import judge
from judge.config import Settings

REPOSITORY = Path(__file__).parent.parent
MODULES = sorted((REPOSITORY / "judge").rglob("*.py"))


def files() -> list[Path]:
    """Every text of ours, committed or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [REPOSITORY / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix not in (".in", ".ans", ".lock")]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_module_says_in_one_sentence_what_it_is_for(module: Path) -> None:
    """The first line of its docstring, ended by a full stop."""
    docstring = ast.get_docstring(ast.parse(module.read_text()))
    assert docstring, "no docstring"
    first, _, rest = docstring.partition("\n")
    assert first.endswith("."), first
    assert not rest or rest.startswith("\n"), "the sentence does not end on its first line"


def test_imports_point_down() -> None:
    """Every contract of setup.cfg is kept."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_contracts_name_packages_that_are_there() -> None:
    """A forbidden package of a misspelt name would forbid nothing."""
    contracts = ConfigParser()
    contracts.read(REPOSITORY / "setup.cfg")
    for section in contracts.sections():
        for name in contracts.get(section, "forbidden_modules", fallback="").split():
            root = name.partition(".")[0]
            assert root.isidentifier(), f"{section}: {name}"


def test_the_procfile_names_six_processes() -> None:
    """Release, web, worker, beat, flower and courier: what a platform and honcho look for."""
    lines = (REPOSITORY / "Procfile").read_text().splitlines()
    names = [line.partition(":")[0] for line in lines]
    assert names == ["release", "web", "worker", "beat", "flower", "courier"]
    apps = {
        "worker": "judge.tasks",
        "courier": "judge.couriers",
        "beat": "judge.tasks",
        "flower": "judge.tasks",
    }
    for name, app in apps.items():
        [command] = [line for line in lines if line.startswith(f"{name}:")]
        assert command.split()[1:4] == ["celery", "-A", app]


def test_nothing_names_a_machine() -> None:
    """Neither source nor documents know where they were written, or by whom."""
    strange = re.compile(
        "|".join(["/work" + "/", "/home" + "/[a-z]", r"(?<!\w)/root" + "/[.a-z]", "C:" + r"\\Users"])
    )
    found = []
    for path in files():
        try:
            content = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path}:{number}" for number, line in enumerate(content.splitlines(), 1) if strange.search(line)
        ]
    assert found == []


def test_every_setting_is_explained() -> None:
    """`judge config` says of each what it means; names and defaults are as operators would guess."""
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert len(field.description) > 10, name
        alias = field.validation_alias
        assert alias is None or alias.choices == [name.upper()], name  # type: ignore[union-attr]
    assert Settings.model_config["env_prefix"] == "JUDGE_"


def test_no_default_is_a_secret() -> None:
    """What stands in the source is known to everybody: no key, no password, no address beyond loopback."""
    fields = Settings.model_fields
    for name in ("secret_key", "database_url", "redis_url", "celery_broker_url"):
        assert fields[name].default == ""
    assert fields["bind"].default == "127.0.0.1"


def test_the_version_is_one() -> None:
    """Package, source and metadata agree, and it is a version."""
    metadata = ConfigParser()
    metadata.read(REPOSITORY / "setup.cfg")
    assert judge.__version__ == metadata["metadata"]["version"] == version("judge")
    assert re.fullmatch(r"\d+\.\d+\.\d+", judge.__version__)


def test_every_package_of_ours_is_installed_with_its_data() -> None:
    """A folder without __init__.py would be missing from a wheel, and so would the languages."""
    for folder in {module.parent for module in MODULES}:
        assert (folder / "__init__.py").is_file(), folder
    assert tomllib.loads((REPOSITORY / "judge" / "languages.toml").read_text())


def test_the_worker_knows_four_tasks() -> None:
    """To judge, to run, to verify and to purge; the last by the clock."""
    code = "from judge.tasks import app; print(*sorted(app.tasks), *app.conf.beat_schedule)"
    words = python(code, REDIS_URL="redis://nowhere").stdout.split()
    assert [word for word in words if not word.startswith("celery.")] == [
        "judge.judge", "judge.purge", "judge.run", "judge.verify", "purge",
    ]  # fmt: skip


def test_without_a_broker_there_is_no_worker() -> None:
    """Celery would go on to a RabbitMQ of its own choice; ours says what is missing."""
    done = python("from judge.tasks import app; app.conf.broker_url")
    assert done.returncode == 1
    assert "REDIS_URL is not set" in done.stderr


def python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a line in a process that has configured nothing yet."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
