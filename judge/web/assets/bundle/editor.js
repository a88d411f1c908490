// The editor, and the same colours for a program that is only shown.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { classHighlighter, highlightCode } from "@lezer/highlight";

import { support } from "./languages.js";

export { known } from "./languages.js";

const markLines = StateEffect.define();
const marked = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    marks = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(markLines)) {
        const { doc } = transaction.state;
        const lines = [...new Set(effect.value)].filter((line) => line >= 1 && line <= doc.lines);
        lines.sort((a, b) => a - b);
        marks = Decoration.set(
          lines.map((line) => Decoration.line({ class: "cm-marked" }).range(doc.line(line).from)),
        );
      }
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * An editor in `parent`. `keys` are CodeMirror key bindings that come before all others; `changed` is called
 * with the text after each change that somebody has made.
 */
export async function mount({ parent, text, language, nonce, labelledBy, describedBy, keys, changed }) {
  const coloured = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        Prec.highest(keymap.of(keys)),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        EditorState.allowMultipleSelections.of(true),
        indentOnInput(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        syntaxHighlighting(classHighlighter),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, indentWithTab]),
        marked,
        coloured.of((await support(language)) ?? []),
        EditorView.contentAttributes.of({ "aria-labelledby": labelledBy, "aria-describedby": describedBy }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    /** Put another text in its place; it can be undone. */
    replace(next) {
      if (next !== view.state.doc.toString()) {
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: 0 } });
      }
    },
    async speak(id) {
      view.dispatch({ effects: coloured.reconfigure((await support(id)) ?? []) });
    },
    mark(lines) {
      view.dispatch({ effects: markLines.of(lines) });
    },
    goTo(line, column = 1) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      const anchor = Math.min(at.from + column - 1, at.to);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    focus: () => view.focus(),
  };
}

/** Each line of a program as a list of `{text, classes}`. */
export async function lines(text, language) {
  const found = await support(language);
  const rows = [[]];
  const put = (piece, classes) => rows.at(-1).push({ text: piece, classes });
  const feed = () => rows.push([]);
  if (found) highlightCode(text, found.language.parser.parse(text), classHighlighter, put, feed);
  else text.split("\n").forEach((line, index) => (index && feed(), put(line, "")));
  return rows;
}
