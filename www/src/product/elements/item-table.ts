/** A table of items whose rows can be opened. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { RowOpenEvent } from '../events';
import { base } from './styles';

/** A row: its cells as text, in the order of the columns. */
export interface Row {
  id: string;
  cells: string[];
  /** Shown less strongly: done, canceled. */
  faded?: boolean;
  /** The one that is shown elsewhere in full. */
  current?: boolean;
}

/** A column: its head, and its width as a class (`wide`, `phrase`, `time`, `word`, `short`). */
export interface Column {
  label: string;
  width: 'wide' | 'phrase' | 'time' | 'word' | 'short';
}

/**
 * A table of items. A row opens on click or Enter; the arrows go from row to row.
 *
 * @tag schedule-sync-item-table
 * @fires {RowOpenEvent} schedule-sync-row-open - A row is to be opened.
 * @csspart table - The table.
 */
@customElement('schedule-sync-item-table')
export class ItemTable extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        /* the hint is placed in the table, not in the page */
        position: relative;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: 8px;
        overflow: hidden;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        table-layout: fixed;
      }
      th,
      td {
        text-align: left;
        padding: 7px 6px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 13px;
        font-variant-numeric: tabular-nums;
      }
      th {
        font-size: 12px;
        font-weight: 600;
        color: var(--muted);
        background: var(--hover);
        border-bottom: 1px solid var(--line);
      }
      th.time {
        width: 120px;
      }
      th.phrase {
        width: 150px;
      }
      th.word {
        width: 106px;
      }
      th.short {
        width: 72px;
      }
      tbody tr {
        cursor: pointer;
      }
      tbody tr + tr td {
        border-top: 1px solid var(--line);
      }
      tbody tr:hover {
        background: var(--hover);
      }
      tbody tr:focus-visible {
        outline-offset: -2px;
        background: var(--selected);
      }
      tbody tr[aria-current] {
        background: var(--selected);
      }
      .faded {
        color: var(--muted);
      }
      .note {
        padding: 14px 8px;
        color: var(--muted);
        white-space: normal;
      }
      .hint {
        position: absolute;
        clip-path: inset(50%);
        width: 1px;
        height: 1px;
        overflow: hidden;
      }
    `,
  ];

  /** The table's name. */
  @property() label = '';
  /** How a row is opened, for who does not see it. */
  @property() hint = '';
  /** What is said when there are no rows. */
  @property() empty = '';
  /** The columns. */
  @property({ attribute: false }) columns: Column[] = [];
  /** The rows. */
  @property({ attribute: false }) rows: Row[] = [];
  /** Whether the rows are still being read. */
  @property({ type: Boolean }) loading = false;

  /** The row that the Tab key reaches. */
  @state() private current = '';

  private open(row: Row): void {
    this.current = row.id;
    this.dispatchEvent(new RowOpenEvent(row.id));
  }

  private press(event: KeyboardEvent, row: Row): void {
    const line = event.currentTarget as HTMLElement;
    const step = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling }[event.key];
    if (step instanceof HTMLElement) step.focus();
    else if (event.key === 'Enter') this.open(row);
    else return;
    event.preventDefault();
  }

  private renderRow(row: Row, first: boolean) {
    const reached = this.rows.some((one) => one.id === this.current) ? row.id === this.current : first;
    return html`<tr
      tabindex=${reached ? '0' : '-1'}
      class=${row.faded ? 'faded' : nothing}
      aria-current=${row.current ? 'true' : nothing}
      @focus=${() => {
        this.current = row.id;
      }}
      @click=${() => {
        this.open(row);
      }}
      @keydown=${(event: KeyboardEvent) => {
        this.press(event, row);
      }}
    >
      ${row.cells.map((cell) => html`<td title=${cell}>${cell}</td>`)}
    </tr>`;
  }

  override render() {
    const note = this.loading ? nothing : this.empty;
    return html`<table
        part="table"
        aria-label=${this.label}
        aria-describedby="hint"
        aria-busy=${this.loading ? 'true' : 'false'}
      >
        <thead>
          <tr>
            ${this.columns.map((column) => html`<th scope="col" class=${column.width} title=${column.label}>${column.label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            this.rows,
            (row) => row.id,
            (row, index) => this.renderRow(row, index === 0),
          )}
        </tbody>
      </table>
      ${this.rows.length === 0 ? html`<p class="note">${note}</p>` : nothing}
      <p class="hint" id="hint">${this.hint}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-item-table': ItemTable;
  }
}
