/** The fields of a write, before and after, as a table. */
import { html } from 'lit';
import type { Write } from '../../engine/types';
import type { Strings } from '../../strings';
import { showValue } from '../field-values';
import type { LocalTime } from '../local-time';
import './value-table';

/** In which words and zone values are written. */
interface Speaker {
  strings: Strings;
  time: LocalTime;
}

/** The table of the fields of `write`; `label` is its name. */
export function writeTable(write: Write, { strings, time }: Speaker, label: string) {
  const states = statesOf(write);
  const rows = write.fields.map((change) => ({
    field: strings.fields[change.field],
    values: states.map((state) => showValue(change[state], time, strings)),
  }));
  return html`<schedule-sync-value-table
    .label=${label}
    .heads=${states.map((state) => strings[state])}
    .rows=${rows}
  ></schedule-sync-value-table>`;
}

/**
 * What there is to tell of a write's fields: of something created there is no before, of something
 * deleted no after.
 */
function statesOf({ what }: Write): ('before' | 'after')[] {
  if (what === 'created') return ['after'];
  return what === 'deleted' ? ['before'] : ['before', 'after'];
}
