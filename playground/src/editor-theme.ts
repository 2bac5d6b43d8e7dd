import { useGraphiQL, useMonaco } from "@graphiql/react";
import { useEffect } from "react";

interface Palette {
  surface: string;
  raised: string;
  accent: string;
  accentWash: string;
  wash: string;
  /** Of numbers in documents and answers. */
  numbers: string;
  /** Of an answer's field names, and of its texts. */
  keys: string;
  strings: string;
  /** Of directives. */
  directives: string;
  /** Of brackets inside others. */
  innerBrackets: string;
}

const dark: Palette = {
  surface: "#ffffff00",
  raised: "#241f1d",
  accent: "#f2c14e",
  accentWash: "#f2c14e22",
  wash: "#ffffff12",
  numbers: "#b5cea8",
  keys: "#d9b8a0",
  strings: "#a8cf8e",
  directives: "#c8b8a8",
  innerBrackets: "#da70d6",
};

const light: Palette = {
  surface: "#ffffff00",
  raised: "#fffdf9",
  accent: "#9c1730",
  accentWash: "#9c173018",
  wash: "#3b2a2012",
  numbers: "#076544",
  keys: "#8a3b12",
  strings: "#2f6b2a",
  directives: "#5f554d",
  innerBrackets: "#1d6b1d",
};

/** The interface colours of the code editors; both are drawn over the page's own background. */
function editorColors(palette: Palette): Record<string, string> {
  return {
    "editor.background": palette.surface,
    "scrollbar.shadow": palette.surface,
    "editorHoverWidget.background": palette.raised,
    "editorSuggestWidget.background": palette.raised,
    "editorSuggestWidget.selectedBackground": palette.accentWash,
    "editorSuggestWidget.selectedForeground": palette.accent,
    "editorWidget.background": palette.raised,
    "editorWidget.resizeBorder": palette.accent,
    "menu.background": palette.raised,
    "menu.selectionBackground": palette.accentWash,
    "menu.selectionForeground": palette.accent,
    "quickInput.background": palette.raised,
    "quickInputList.focusBackground": palette.accentWash,
    "quickInputList.focusForeground": palette.accent,
    "list.hoverBackground": palette.accentWash,
    "list.highlightForeground": palette.accent,
    "list.focusHighlightForeground": palette.accent,
    "textLink.foreground": palette.accent,
    "textLink.activeForeground": palette.accent,
    "editorLink.activeForeground": palette.accent,
    "pickerGroup.foreground": palette.accent,
    "input.background": palette.wash,
    "toolbar.hoverBackground": palette.accentWash,
    "inputOption.hoverBackground": palette.accentWash,
    "editorBracketHighlight.foreground2": palette.innerBrackets,
    focusBorder: palette.accent,
  };
}

/** Names of the themes, for GraphiQL to choose from. */
export const editorThemes = { dark: "marquee-dark", light: "marquee-light" };

/**
 * Defines the editors' themes as soon as the editor is loaded, and has it show the one that is chosen: it repaints by
 * itself only when the theme that it is showing is defined anew, and shows another while there is none of that name.
 */
export function EditorTheme(): null {
  const monaco = useMonaco((state) => state.monaco);
  const chosen = useGraphiQL((state) => state.monacoTheme);
  useEffect(() => {
    if (!monaco) return;
    const define = (name: string, base: "vs" | "vs-dark", palette: Palette) =>
      monaco.editor.defineTheme(name, {
        base,
        inherit: true,
        colors: editorColors(palette),
        rules: tokenRules(palette),
      });
    define(editorThemes.dark, "vs-dark", dark);
    define(editorThemes.light, "vs", light);
    if (chosen) monaco.editor.setTheme(chosen);
  }, [monaco, chosen]);
  return null;
}

function tokenRules(palette: Palette): { token: string; foreground: string }[] {
  const rules = {
    "argument.identifier.gql": palette.accent,
    number: palette.numbers,
    annotation: palette.directives,
    "string.key.json": palette.keys,
    "string.value.json": palette.strings,
  };
  return Object.entries(rules).map(([token, colour]) => ({ token, foreground: colour.slice(1) }));
}
