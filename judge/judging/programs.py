"""A submission as its toolchain wants it: the names its files get, and where it begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from judge.judging.entry_points import RULES, Source
from judge.languages import CODE, Language
from judge.records import SourceFile


@dataclass(frozen=True)
class Program:
    """Files ready to be put into a box; ``entry`` is the name of a file or a class.

    compile_options: what the compiler is told beside what it always is. beside: names and contents of files
    that lie beside the sources, and are not compiled for themselves.
    """

    language: Language
    files: tuple[SourceFile, ...]
    entry: str
    compile_options: tuple[str, ...] = ()
    beside: tuple[tuple[str, bytes], ...] = ()

    @property
    def compile_command(self) -> tuple[str, ...]:
        """The argument list that compiles it; empty where there is nothing to compile."""
        # Headers and data lie beside the sources; a compiler is not to be asked to compile them.
        names = [file.name for file in self.files if file.name.endswith(self.language.sources)]
        return self.language.compile_command(
            [f"{CODE}/{name}" for name in names], self.entry, self.compile_options
        )

    def run_command(self, memory_bytes: int) -> tuple[str, ...]:
        """The argument list that runs it under a memory limit, once it is compiled."""
        return self.language.run_command(memory_bytes, self.entry)


def arranged(
    language: Language,
    files: Sequence[SourceFile],
    entry_point: str | None = None,
    compile_options: tuple[str, ...] = (),
) -> Program:
    """Name a submission's files as the language demands, and find where it begins.

    entry_point: what the author says, a file or a class. Otherwise it is the language's default where the
    files have that, or what alone can be begun in, or the first that can. A single file is put under the
    name that its public class, or its module, demands.
    """
    rule = RULES[language.entry]
    told = [(file, rule(file.name, file.content)) for file in files if file.name.endswith(language.sources)]
    if len(told) == 1:
        (file, source), *_ = told
        named = SourceFile(_renamed(file.name, source), file.content)
        files = [named if each is file else each for each in files]
    entries = [entry for _, source in told for entry in source.entries]
    return Program(language, tuple(files), entry_point or _preferred(language, entries), compile_options)


def _renamed(name: str, source: Source) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(source.stem + path.suffix)) if source.stem else name


def _preferred(language: Language, entries: Sequence[str]) -> str:
    """Of several places to begin in the default one, in whatever package, then one called main."""
    default = language.entry_point or language.source
    by_default = [entry for entry in entries if entry == default or entry.endswith(f".{default}")]
    called_main = [entry for entry in entries if PurePosixPath(entry).stem.lower() == "main"]
    return next(iter([*by_default, *called_main, *entries]), default)
