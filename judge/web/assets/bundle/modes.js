// Languages of which no mode is published: comments, strings, numbers and the words that matter.

const either = (words, flags = "") => new RegExp(`(?:${words.split(" ").join("|")})\\b`, flags);
const NUMBER = /(?:0x[\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)/i;

/** line: how a comment begins that ends with its line. block: how one begins and ends that does not. */
function mode({ line, block, strings = ['"'], keywords, atoms = "true false", types, flags = "", more = [] }) {
  const start = [];
  const states = {};
  if (block) {
    start.push({ regex: block[0], token: "comment", next: "comment" });
    states.comment = [
      { regex: block[1], token: "comment", next: "start" },
      { regex: /./, token: "comment" },
    ];
  }
  if (line) start.push({ regex: line, token: "comment" });
  for (const quote of strings) {
    start.push({ regex: new RegExp(`${quote}(?:[^\\\\${quote}]|\\\\.)*${quote}?`), token: "string" });
  }
  start.push(...more);
  start.push({ regex: either(keywords, flags), token: "keyword" });
  if (types) start.push({ regex: either(types, flags), token: "type" });
  if (atoms) start.push({ regex: either(atoms, flags), token: "atom" });
  start.push({ regex: NUMBER, token: "number" });
  start.push({ regex: /[A-Za-z_$@][\w$]*/, token: "variable" });
  start.push({ regex: /[-+/*=<>!&|%^~?:]+/, token: "operator" });
  return { start, ...states, languageData: {} };
}

const C_BLOCK = [/\/\*/, /.*?\*\//];

export const modes = {
  ada: mode({
    line: /--.*/,
    keywords:
      "abort abs accept access all and array at begin body case constant declare delay delta digits do else elsif end entry exception exit for function generic goto if in interface is limited loop mod new not of or others out overriding package pragma private procedure protected raise range record rem renames requeue return reverse select separate some subtype synchronized tagged task terminate then type until use when while with xor",
    types: "integer long_long_integer long_integer natural positive float long_float boolean character string",
    atoms: "null true false",
    flags: "i",
  }),
  algol68: mode({
    line: /#[^#]*#?/,
    block: [/\bCO(?:MMENT)?\b/, /.*?\bCO(?:MMENT)?\b/],
    keywords:
      "BEGIN END IF THEN ELIF ELSE FI FOR FROM BY TO WHILE DO OD CASE IN OUSE OUT ESAC MODE OP PRIO PROC REF HEAP LOC FLEX STRUCT UNION LONG SHORT OF AND OR NOT MOD OVER",
    types: "INT REAL BOOL CHAR STRING COMPL BITS BYTES VOID FILE",
    atoms: "TRUE FALSE NIL SKIP EMPTY",
  }),
  assembly: mode({
    line: /;.*/,
    strings: ['"', "'", "`"],
    keywords:
      "mov movzx movsx movsxd lea push pop call ret jmp je jne jz jnz jl jle jg jge jb jbe ja jae js jns cmp test add adc sub sbb mul imul div idiv inc dec neg not and or xor shl shr sal sar rol ror cqo cdq cld std rep repe repne stosb stosq lodsb lodsq movsb movsq scasb syscall int nop leave enter cmovl cmovg cmove cmovne sete setne setl setg section segment global extern default rel db dw dd dq resb resw resd resq equ times bits align",
    types:
      "r[a-ds][xipd]+ e[a-ds][xipi]+ [a-d][lhx] r(?:8|9|1[0-5])[dwb]? rsi rdi rbp rsp rip esi edi ebp esp [sd]il? xmm\\d+ ymm\\d+ byte word dword qword ptr",
    atoms: "",
    flags: "i",
  }),
  awk: mode({
    line: /#.*/,
    keywords: "BEGIN END break case continue default delete do else exit for func function getline if in next nextfile print printf return switch while",
    types: "NR NF FS OFS RS ORS FNR FILENAME SUBSEP RSTART RLENGTH ENVIRON ARGC ARGV length substr index split sub gsub match sprintf tolower toupper int sqrt exp log sin cos atan2 rand srand",
    atoms: "",
  }),
  basic: mode({
    line: /(?:'|rem\b).*/i,
    keywords:
      "and as byref byval call case const declare dim do else elseif end exit for function gosub goto if input let line loop mod next not on open or print read redim restore return select shared step sub then to type until wend while xor",
    types: "integer long longint single double string",
    flags: "i",
  }),
  elixir: mode({
    line: /#.*/,
    strings: ['"', "'"],
    keywords: "after alias and case catch cond def defmodule defp defmacro defstruct do else end fn for if import in not or quote raise receive require rescue try unless unquote use when with",
    atoms: "true false nil",
    more: [{ regex: /:[a-z_]\w*[?!]?|[a-z_]\w*:(?=\s)/, token: "atom" }, { regex: /[A-Z]\w*/, token: "type" }],
  }),
  icon: mode({
    line: /#.*/,
    strings: ['"', "'"],
    keywords: "break by case create default do else end every fail global if initial invocable link local next not of procedure record repeat return static suspend then to until while",
    atoms: "&null &fail",
  }),
  jq: mode({
    line: /#.*/,
    keywords: "and as catch def elif else empty end foreach if import include label or reduce then try",
    atoms: "true false null",
    more: [{ regex: /\$\w+|\.\w+/, token: "property" }],
  }),
  modula2: mode({
    block: [/\(\*/, /.*?\*\)/],
    strings: ['"', "'"],
    keywords:
      "AND ARRAY BEGIN BY CASE CONST DEFINITION DIV DO ELSE ELSIF END EXIT EXPORT FOR FROM IF IMPLEMENTATION IMPORT IN LOOP MOD MODULE NOT OF OR POINTER PROCEDURE QUALIFIED RECORD REPEAT RETURN SET THEN TO TYPE UNTIL VAR WHILE WITH",
    types: "INTEGER CARDINAL LONGINT LONGCARD REAL LONGREAL BOOLEAN CHAR BITSET",
    atoms: "TRUE FALSE NIL",
  }),
  nim: mode({
    line: /#.*/,
    keywords:
      "addr and as asm bind block break case cast concept const continue converter defer discard distinct div do elif else end enum except export finally for from func if import in include interface is isnot iterator let macro method mixin mod nil not notin object of or out proc ptr raise ref return shl shr static template try tuple type using var when while xor yield",
    types: "int int8 int16 int32 int64 uint uint64 float float32 float64 bool char string seq array set Table HashSet",
    atoms: "true false nil",
  }),
  pike: mode({
    line: /\/\/.*/,
    block: C_BLOCK,
    keywords: "break case catch class constant continue default do else enum extern final for foreach gauge global if import inherit inline lambda local private protected public return sscanf static switch typedef typeof while",
    types: "int float string array mapping multiset object program function mixed void",
    atoms: "UNDEFINED",
  }),
  prolog: mode({
    line: /%.*/,
    block: C_BLOCK,
    strings: ['"', "'"],
    keywords: "is mod rem div dynamic initialization discontiguous module use_module",
    atoms: "true fail false nl halt",
    more: [{ regex: /:-|-->|\\\+|!/, token: "keyword" }, { regex: /[A-Z_]\w*/, token: "type" }],
  }),
  raku: mode({
    line: /#.*/,
    strings: ['"', "'"],
    keywords:
      "and but class constant default do else elsif eq for gather ge given grammar gt has if is last le let loop lt make method module multi my ne next not of or our package proto redo regex repeat return returns role rule say print put self state sub submethod take token unit unless until use when while x xx",
    types: "Int Num Str Bool Rat Array Hash List Set Bag Any Mu",
    atoms: "True False Nil Inf",
    more: [{ regex: /[$@%&][.!^*?]?[A-Za-z_][\w-]*/, token: "variable" }],
  }),
  rexx: mode({
    line: /--.*/,
    block: C_BLOCK,
    strings: ['"', "'"],
    keywords:
      "address arg by call do drop else end exit expose for forever if interpret iterate leave linein lineout nop numeric options otherwise parse procedure pull push queue return say select signal source then to trace until upper value var version when while with",
    atoms: "",
    flags: "i",
  }),
  vala: mode({
    line: /\/\/.*/,
    block: C_BLOCK,
    keywords:
      "abstract as async base break case catch class const construct continue default delegate delete do else enum ensures finally for foreach get if in inline interface internal is lock namespace new out override owned params private protected public ref requires return set signal sizeof static struct switch this throw throws try typeof unowned using var virtual weak while yield",
    types: "bool char double float int int64 int32 long short size_t string uint uint64 uint8 unichar ulong void",
    atoms: "true false null",
  }),
};
