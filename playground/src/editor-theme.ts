import { useMonaco } from "@graphiql/react";
import { useEffect } from "react";

interface Palette {
  surface: string;
  raised: string;
  accent: string;
  accentWash: string;
  wash: string;
}

const dark: Palette = {
  surface: "#ffffff00",
  raised: "#241f1d",
  accent: "#f2c14e",
  accentWash: "#f2c14e22",
  wash: "#ffffff12",
};

const light: Palette = {
  surface: "#ffffff00",
  raised: "#fffdf9",
  accent: "#9c1730",
  accentWash: "#9c173018",
  wash: "#3b2a2012",
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
    focusBorder: palette.accent,
  };
}

/**
 * Gives GraphiQL's two editor themes Marquee's colours as soon as the editor is loaded.
 * They are redefined under their own names because GraphiQL selects a theme before it exists,
 * and the editor only repaints on a definition of the theme that it is already showing.
 */
export function useMarqueeEditorTheme(): void {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (!monaco) return;
    const define = (name: string, base: "vs" | "vs-dark", palette: Palette, keys: string, strings: string) =>
      monaco.editor.defineTheme(name, {
        base,
        inherit: true,
        colors: editorColors(palette),
        rules: [
          { token: "argument.identifier.gql", foreground: palette.accent.slice(1) },
          { token: "string.key.json", foreground: keys },
          { token: "string.value.json", foreground: strings },
        ],
      });
    define("graphiql-DARK", "vs-dark", dark, "d9b8a0", "a8cf8e");
    define("graphiql-LIGHT", "vs", light, "8a3b12", "2f6b2a");
  }, [monaco]);
}
