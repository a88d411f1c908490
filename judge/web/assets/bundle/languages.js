// How each language of judge/languages.toml is coloured; each kind is fetched when it is first chosen.

import { LanguageSupport, StreamLanguage } from "@codemirror/language";

const stream = (mode) => new LanguageSupport(StreamLanguage.define(mode));
const clike = (name) => async () => stream((await import("@codemirror/legacy-modes/mode/clike"))[name]);
const words = (name) => async () => {
  const [{ simpleMode }, { modes }] = await Promise.all([
    import("@codemirror/legacy-modes/mode/simple-mode"),
    import("./modes.js"),
  ]);
  return stream(simpleMode(modes[name]));
};

const python = async () => (await import("@codemirror/lang-python")).python();
const cpp = async () => (await import("@codemirror/lang-cpp")).cpp();
const javascript = (options) => async () => (await import("@codemirror/lang-javascript")).javascript(options);
const java = async () => (await import("@codemirror/lang-java")).java();
const rust = async () => (await import("@codemirror/lang-rust")).rust();
const go = async () => (await import("@codemirror/lang-go")).go();
const php = async () => (await import("@codemirror/lang-php")).php();
const sql = async () => (await import("@codemirror/lang-sql")).sql();
const shell = async () => stream((await import("@codemirror/legacy-modes/mode/shell")).shell);
const perl = async () => stream((await import("@codemirror/legacy-modes/mode/perl")).perl);
const ruby = async () => stream((await import("@codemirror/legacy-modes/mode/ruby")).ruby);
const lua = async () => stream((await import("@codemirror/legacy-modes/mode/lua")).lua);
const lisp = async () => stream((await import("@codemirror/legacy-modes/mode/commonlisp")).commonLisp);
const scheme = async () => stream((await import("@codemirror/legacy-modes/mode/scheme")).scheme);
const d = async () => stream((await import("@codemirror/legacy-modes/mode/d")).d);

const LANGUAGES = {
  ada: words("ada"),
  algol68: words("algol68"),
  assembly: words("assembly"),
  awk: words("awk"),
  bash: shell,
  basic: words("basic"),
  c: cpp,
  c11: cpp,
  c17: cpp,
  c23: cpp,
  c99: cpp,
  cgmp: cpp,
  chicken: scheme,
  clang: cpp,
  clangpp: cpp,
  clisp: lisp,
  clojure: async () => stream((await import("@codemirror/legacy-modes/mode/clojure")).clojure),
  cobol: async () => stream((await import("@codemirror/legacy-modes/mode/cobol")).cobol),
  coffeescript: async () => stream((await import("@codemirror/legacy-modes/mode/coffeescript")).coffeeScript),
  cpp,
  cpp11: cpp,
  cpp14: cpp,
  cpp17: cpp,
  cpp20: cpp,
  cpp23: cpp,
  cppgmp: cpp,
  crystal: async () => stream((await import("@codemirror/legacy-modes/mode/crystal")).crystal),
  csharp: clike("csharp"),
  d,
  elixir: words("elixir"),
  erlang: async () => stream((await import("@codemirror/legacy-modes/mode/erlang")).erlang),
  forth: async () => stream((await import("@codemirror/legacy-modes/mode/forth")).forth),
  fortran: async () => stream((await import("@codemirror/legacy-modes/mode/fortran")).fortran),
  gdc: d,
  go,
  gprolog: words("prolog"),
  groovy: async () => stream((await import("@codemirror/legacy-modes/mode/groovy")).groovy),
  haskell: async () => stream((await import("@codemirror/legacy-modes/mode/haskell")).haskell),
  haxe: async () => stream((await import("@codemirror/legacy-modes/mode/haxe")).haxe),
  icon: words("icon"),
  java,
  javascript: javascript({}),
  jq: words("jq"),
  kotlin: clike("kotlin"),
  lisp,
  lua,
  luajit: lua,
  modula2: words("modula2"),
  multifile: shell,
  nim: words("nim"),
  objectivec: clike("objectiveC"),
  ocaml: async () => stream((await import("@codemirror/legacy-modes/mode/mllike")).oCaml),
  octave: async () => stream((await import("@codemirror/legacy-modes/mode/octave")).octave),
  pascal: async () => stream((await import("@codemirror/legacy-modes/mode/pascal")).pascal),
  perl,
  php,
  pike: words("pike"),
  prolog: words("prolog"),
  pypy3: python,
  python2: python,
  python3: python,
  python3numpy: python,
  r: async () => stream((await import("@codemirror/legacy-modes/mode/r")).r),
  racket: scheme,
  raku: words("raku"),
  rexx: words("rexx"),
  ruby,
  rust,
  scala: clike("scala"),
  scheme,
  sml: async () => stream((await import("@codemirror/legacy-modes/mode/mllike")).sml),
  sql,
  tcl: async () => stream((await import("@codemirror/legacy-modes/mode/tcl")).tcl),
  typescript: javascript({ typescript: true }),
  vala: words("vala"),
  zsh: shell,
};

/** The ids of all languages that are coloured. */
export const known = Object.keys(LANGUAGES);

/** What the editor needs of a language, or null for one that it does not know. */
export async function support(id) {
  return LANGUAGES[id] ? LANGUAGES[id]() : null;
}
