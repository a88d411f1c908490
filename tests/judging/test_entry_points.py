"""Where programs begin: classes with a main, modules, files, and what the files are called for it."""

import time
from collections.abc import Callable

import pytest

from judge.judging.compiling import compile_in
from judge.judging.entry_points import Source, erlang, groovy, java, kotlin, modula2, scala
from judge.judging.programs import arranged
from judge.judging.toolchains import missing
from judge.languages import HELLO, table
from judge.records import SourceFile
from judge.sandbox import Box, Limits

MIB = 1 << 20
JAVA_MAIN = "public static void main(String[] args) {}"


@pytest.mark.parametrize(
    ("text", "entries", "stem"),
    [
        ("class A { %s }", ("A",), ""),
        ("public class A { %s }", ("A",), "A"),
        ("public final class A { %s }", ("A",), "A"),
        ("package a.b;\nimport java.util.*;\npublic class A { %s }", ("a.b.A",), "A"),
        ("public class A { } class B { %s }", ("B",), "A"),
        ("class A { class Inner { %s } }", (), ""),
        ("class A { static class B {} %s }", ("A",), ""),
        ("interface A { %s }", ("A",), ""),
        ("public enum A { ONE; %s }", ("A",), "A"),
        ("public record A(int x) { %s }", ("A",), "A"),
        ("// public class B { %s }\npublic class A { %s }", ("A",), "A"),
        ("/* class B { %s } */ class A { String s = \"} class C {\"; char c = '}'; %s }", ("A",), ""),
        ('class A { String t = """\n } class B { """; %s }', ("A",), ""),
        ("@Deprecated public abstract class A { %s }", ("A",), "A"),
        ("class A { public void main(String[] args) {} }", (), ""),
        ("class A { static public void main(final String... args) {} }", ("A",), ""),
        ("class A { int x; %s } class B { %s }", ("A", "B"), ""),
        ("", (), ""),
        ("}}}} class A {", (), ""),
    ],
)
def test_java(text: str, entries: tuple[str, ...], stem: str) -> None:
    """Outermost types with a static main, in their package; the public type names the file."""
    assert java("x.java", text.replace("%s", JAVA_MAIN)) == (entries, stem)


@pytest.mark.parametrize(
    "text",
    [
        "/*a" * 40_000,
        '\\"' * 60_000,
        f"class A {{ {JAVA_MAIN} }}" * 1000 + "\n" * 60_000,
        "public class A " * 8000,
        "object a extends b\n" * 7000,
        "object a extends" + " " * 120_000,
        "'\\a" * 40_000,
    ],
)
@pytest.mark.parametrize("rule", [java, kotlin, scala, groovy, erlang, modula2])
def test_no_text_takes_long(rule: Callable[[str, str], Source], text: str) -> None:
    """It is read outside of any box, while nothing else of the worker can go on."""
    began = time.process_time()
    rule("x", text)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("name", "text", "entries"),
    [
        ("main.kt", "fun main() { }", ("MainKt",)),
        ("sum_of-two.kt", "fun main(args: Array<String>) { }", ("Sum_of_twoKt",)),
        ("2.kt", "fun main() { }", ("_2Kt",)),
        ("a/b.kt", "package x.y\nfun main() { }", ("x.y.BKt",)),
        ("main.kt", '@file:JvmName("Sum")\nfun main() { }', ("Sum",)),
        ("main.kt", "object A { @JvmStatic fun main(args: Array<String>) { } }", ("A",)),
        ("main.kt", "class A { companion object { @JvmStatic fun main(a: Array<String>) { } } }", ("A",)),
        ("main.kt", "class A { fun main() { } }", ()),
        ("main.kt", 'class A { val s = "fun main() {" }\n// fun main()\nfun main() { }', ("MainKt",)),
        ("main.kt", "", ()),
    ],
)
def test_kotlin(name: str, text: str, entries: tuple[str, ...]) -> None:
    """A main outside of types is in the class that is named for the file."""
    assert kotlin(name, text).entries == entries


def test_other_languages() -> None:
    """Scala's objects, Groovy's scripts and classes, and the modules of Erlang and Modula-2."""
    assert scala("x.scala", "package a\nobject B extends App { }").entries == ("a.B",)
    assert scala("x.scala", "object A { }\nobject B { def main(args: Array[String]) { } }").entries == ("B",)
    assert scala("x.scala", "object A extends Base with App { }").entries == ("A",)
    assert groovy("sum.groovy", "println 1").entries == ("sum",)
    assert groovy("sum.groovy", "class A { static void main(String[] a) { } }").entries == ("A",)
    assert erlang("main.erl", "%% sums\n-module(sum).") == (("sum",), "sum")
    assert modula2("main.mod", "MODULE Sum;\nEND Sum.") == (("Sum.mod",), "Sum")


FILES = {
    "java": {"a/Add.java": "package a; class Add { %s }", "Main.java": "class Main { %s }"},
    "kotlin": {"util.kt": "fun add() = 1", "Run.kt": "fun main() { }"},
    "python3": {"util.py": "", "main.py": "", "words.txt": ""},
}


@pytest.mark.parametrize(
    ("language", "names", "entry_point", "entry"),
    [
        ("java", ["a/Add.java", "Main.java"], None, "Main"),
        ("java", ["a/Add.java", "Main.java"], "a.Add", "a.Add"),
        ("java", ["a/Add.java"], None, "a.Add"),
        ("kotlin", ["util.kt", "Run.kt"], None, "RunKt"),
        ("python3", ["util.py", "main.py", "words.txt"], None, "main.py"),
        ("python3", ["util.py", "main.py"], "util.py", "util.py"),
        ("python3", ["util.py", "words.txt"], None, "util.py"),
        ("python3", ["words.txt"], None, "main.py"),
    ],
)
def test_where_several_files_begin(
    language: str, names: list[str], entry_point: str | None, entry: str
) -> None:
    """The author's word, then the language's default, then what alone can be begun in."""
    texts = {name: FILES[language].get(name, "").replace("%s", JAVA_MAIN) for name in names}
    files = [SourceFile(*file) for file in texts.items()]
    program = arranged(table()[language], files, entry_point)
    assert program.entry == entry
    assert [file.name for file in program.files][-1] == names[-1] or len(names) == 1


def test_a_single_file_gets_the_name_that_its_class_demands() -> None:
    """Whatever it was called; of several files each keeps its name."""
    text = f"public class Sum {{ {JAVA_MAIN} }}"
    program = arranged(table()["java"], [SourceFile("Main.java", text), SourceFile("data.txt", "x")])
    assert [file.name for file in program.files] == ["Sum.java", "data.txt"]
    assert program.entry == "Sum"
    both = arranged(table()["java"], [SourceFile("Main.java", text), SourceFile("B.java", "class B { }")])
    assert [file.name for file in both.files] == ["Main.java", "B.java"]


PROGRAMS = {
    "java": (
        {
            "Reader.java": "package words;\npublic class Reader { public static String read() {"
            " return new java.util.Scanner(System.in).next(); } }",
            "Wrong.java": "package words;\nclass Wrong { public static void main(String[] args) { } }",
            "Hello.java": "package words;\npublic class Hello { public static void main(String... args) {"
            " System.out.println(Reader.read()); } }",
        },
        "words.Hello",
    ),
    "kotlin": (
        {
            "reader.kt": "package words\nfun read() = readLine()",
            "hello.kt": "import words.read\nfun main() { println(read()) }",
        },
        None,
    ),
    "python3": (
        {
            "reader.py": "read = input\n",
            "other.py": "print('wrong')\n",
            "hello.py": "from reader import read\nprint(read())\n",
        },
        "hello.py",
    ),
    "ruby": ({"reader.rb": "def read() gets end", "main.rb": "require '/code/reader'\nputs read"}, None),
    "haskell": (
        {
            "Reader.hs": "module Reader where\nfetch :: IO String\nfetch = getLine\n",
            "main.hs": "import Reader\nmain :: IO ()\nmain = fetch >>= putStrLn\n",
        },
        None,
    ),
    "ocaml": (
        {"main.ml": "let () = print_endline (Reader.read ())", "reader.ml": "let read = read_line"},
        None,
    ),
    "pascal": (
        {
            "reader.pas": "unit reader;\ninterface\nfunction read: string;\nimplementation\n"
            "function read: string;\nbegin readln(read) end;\nend.",
            "main.pas": "uses reader;\nbegin writeln(reader.read) end.",
        },
        None,
    ),
    "erlang": (
        {
            "main.erl": "-module(main).\n-export([main/0]).\nmain() -> io:put_chars(reader:read()).",
            "reader.erl": '-module(reader).\n-export([read/0]).\nread() -> io:get_line("").',
        },
        None,
    ),
}


@pytest.mark.parametrize("id_", PROGRAMS)
def test_several_files_are_judged(id_: str) -> None:
    """They find each other, and the program begins where it is said, or where it alone can."""
    language = table()[id_]
    if missing(language):
        pytest.skip(f"needs {', '.join(missing(language))}")
    files, entry_point = PROGRAMS[id_]
    program = arranged(language, [SourceFile(*file) for file in files.items()], entry_point)
    limits = Limits(cpu_time_s=10, wall_time_s=20, memory_bytes=256 * MIB, output_bytes=MIB)
    with Box() as box:
        compilation = compile_in(box, program, time_limit_s=60, memory_bytes=2048 * MIB)
        assert compilation.ok, compilation.output.decode()
        command = program.run_command(limits.memory_bytes)
        outcome = box.run(command, limits, stdin=f"{HELLO}\n".encode(), env=language.environment)
    assert (outcome.stdout.split(), outcome.exit_code) == ([HELLO.encode()], 0), outcome
