// Rows of a result, as a table that scrolls in itself.
import type { ColumnSpec } from '#schema';

export interface Rows {
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly columns: ReadonlyArray<ColumnSpec>;
}

export function Grid({ result, most = 500, label = 'Rows' }: { result: Rows; most?: number; label?: string }) {
  const numbers = new Set(result.columns.filter((column) => isNumber(column.type)).map((column) => column.name));
  return (
    <div class="grid" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead><tr>{result.columns.map((column) => <th key={column.name} class={numbers.has(column.name) ? 'number' : ''}>{column.name}<small>{column.type}</small></th>)}</tr></thead>
        <tbody>
          {result.rows.slice(0, most).map((row, index) => (
            <tr key={index}>{result.columns.map((column) => {
              const value = row[column.name];
              const text = textOf(value);
              return <td key={column.name} class={value == null ? 'null' : numbers.has(column.name) ? 'number' : ''} title={text.length > 40 ? text : undefined}>{text}</td>;
            })}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const isNumber = (type: string): boolean => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)/.test(type);
export const isTime = (type: string): boolean => /^(DATE|TIMESTAMP)/.test(type);

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
