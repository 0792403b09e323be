// The editor. It lives in a shadow root: there its styles are sheets made by script, which the page's policy takes, not style elements, which it does not.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { sql, SQLDialect } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';

/** Columns by dataset. */
export type Names = Readonly<Record<string, ReadonlyArray<string>>>;

export interface EditorHandle {
  text(): string;
  insert(text: string): void;
  replace(text: string): void;
  /** Puts the cursor at a line and column, both from 1. */
  goTo(line: number, column: number): void;
}

const look = EditorView.theme({
  '&': { minHeight: '140px', maxHeight: '44vh', fontSize: '13.5px', color: 'var(--text)', background: 'var(--panel)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--text)', padding: '10px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { background: 'var(--panel)', color: 'var(--muted)', border: '0' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'color-mix(in srgb, var(--hover) 60%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--accent-soft)' },
  '.cm-matchingBracket': { background: 'var(--accent-soft)' },
  '.cm-placeholder': { color: 'var(--muted)' },
  '.cm-tooltip': { background: 'var(--raised)', border: '1px solid var(--line)', borderRadius: '8px', boxShadow: 'var(--shadow-high)', overflow: 'hidden' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', color: 'var(--text)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent)', color: 'var(--on-accent)' },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--busy)' },
]);

const duckDb = SQLDialect.define({
  keywords: 'all anti any array as asc asof between by case cast collate cross current desc distinct else end except exclude exists false filter first following for from full group grouping having ilike in inner intersect interval into is isnull join last lateral left like limit natural not notnull null nulls offset on or order outer over partition positional preceding qualify range recursive replace right rollup row rows sample select semi sets similar some struct table then to true try_cast unbounded union unnest unpivot pivot using values when where window with within',
  types: 'bigint bit blob boolean date decimal double enum float hugeint integer interval list map smallint struct text time timestamp timestamptz tinyint ubigint uinteger union usmallint utinyint uuid varchar',
  builtin: 'abs any_value approx_count_distinct arg_max arg_min array_agg avg bool_and bool_or cardinality ceil coalesce concat contains corr count date_diff date_part date_trunc day dense_rank epoch extract first_value floor format greatest hash hour if ifnull lag last_value lead least len length list list_contains lower lpad ltrim max md5 mean median min minute mode month nullif ntile percent_rank power quantile quantile_cont random rank regexp_extract regexp_matches regexp_replace replace reverse round row_number rtrim sqrt starts_with stddev strftime string_agg strptime substr sum time_bucket trim unnest upper variance week year',
  charSetCasts: false, doubleQuotedStrings: false, operatorChars: '*+-%<>!=&|^/~?:', identifierQuotes: '"', spaceAfterDashes: false,
});

function language(names: Names) {
  const schema: Record<string, Record<string, string[]>> = {};
  for (const [dataset, columns] of Object.entries(names)) {
    const dot = dataset.indexOf('.');
    (schema[dataset.slice(0, dot)] ??= {})[dataset.slice(dot + 1)] = [...columns];
  }
  return sql({ dialect: duckDb, schema, upperCaseKeywords: false });
}

export default function SqlEditor({ start, names, onRun, handle }: { start: string; names: Names; onRun: () => void; handle: { current: EditorHandle | null } }) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const words = useRef(new Compartment());
  const run = useRef(onRun);
  run.current = onRun;
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: 'open' });
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: start,
        extensions: [
          lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), highlightActiveLine(), autocompletion({ activateOnTyping: true, icons: false }), words.current.of(language(names)),
          syntaxHighlighting(colours), look, EditorView.lineWrapping, placeholder('select … from namespace.dataset'),
          EditorView.contentAttributes.of({ 'aria-label': 'SQL' }),
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => (run.current(), true) }])),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
        ],
      }),
    });
    view.current = made;
    handle.current = {
      text: () => made.state.doc.toString(),
      insert: (text) => {
        made.dispatch(made.state.replaceSelection(text));
        made.focus();
      },
      replace: (text) => made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: text } }),
      goTo: (line, column) => {
        if (line > made.state.doc.lines) return;
        const at = made.state.doc.line(line);
        made.dispatch({ selection: { anchor: Math.min(at.to, at.from + column - 1) }, scrollIntoView: true });
        made.focus();
      },
    };
    return () => made.destroy();
  }, []);
  useEffect(() => view.current?.dispatch({ effects: words.current.reconfigure(language(names)) }), [names]);
  return <div class="editor" ref={host} />;
}
