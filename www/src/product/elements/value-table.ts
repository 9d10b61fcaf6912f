/** A table of fields with their values. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from './styles';

/** A field with its values, as text, one for each head. */
export interface ValueRow {
  field: string;
  values: string[];
}

/** The length of a text from which on it scrolls in its cell. */
const longText = 400;

/**
 * Fields with their values, side by side.
 *
 * @tag schedule-sync-value-table
 * @csspart table - The table.
 */
@customElement('schedule-sync-value-table')
export class ValueTable extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        table-layout: fixed;
        font-size: 13px;
      }
      th,
      td {
        text-align: left;
        vertical-align: top;
        font-weight: 400;
        padding: 4px 12px 4px 0;
        border-top: 1px solid var(--line);
        overflow-wrap: anywhere;
        white-space: pre-line;
      }
      thead td,
      thead th {
        border: 0;
        font-size: 12px;
      }
      th {
        color: var(--muted);
      }
      tr > :first-child {
        width: 110px;
      }
      .long {
        max-height: 160px;
        overflow: auto;
      }
    `,
  ];

  /** The table's name. */
  @property() label = '';
  /** The heads of the columns of values. */
  @property({ attribute: false }) heads: string[] = [];
  /** The fields. */
  @property({ attribute: false }) rows: ValueRow[] = [];

  private renderCell(value: string) {
    const scrolls = value.length > longText;
    return html`<td><div class=${scrolls ? 'long' : nothing} tabindex=${scrolls ? '0' : nothing}>${value}</div></td>`;
  }

  override render() {
    return html`<table part="table" aria-label=${this.label}>
      <thead>
        <tr>
          <td></td>
          ${this.heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${this.rows.map(
          ({ field, values }) =>
            html`<tr>
              <th scope="row">${field}</th>
              ${values.map((value) => this.renderCell(value))}
            </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-value-table': ValueTable;
  }
}
