/**
 * The rows of a preview: which of them a person sees, in which groups, and which they leave out.
 * Nothing here shows anything.
 */
import type { ContainerInfo, Person, Preview, PreviewRow } from '../engine/types';

/** By what the rows stand together. */
export type Grouping = 'none' | 'calendar' | 'series' | 'owner';

/** Which rows are shown: all, or those of a kind of change; and those with a text in the title. */
export interface Filter {
  change: PreviewRow['change'] | 'all';
  text: string;
}

/** Rows that stand together. */
export interface Group {
  /** Names it among the groups. */
  key: string;
  /** The rows that the filter lets through. */
  rows: PreviewRow[];
}

/** From whom mail would go out, and to whom. */
export interface Mails {
  /** How many mails, the answers to organizers with them. */
  count: number;
  /** To whom, each person once. */
  people: Person[];
  /** Those among them whose address is of another domain than the user's. */
  outside: Person[];
}

/** How many rows there are of a change on a side. */
export interface Counted {
  change: PreviewRow['change'];
  /** None: on both. */
  side: PreviewRow['side'];
  count: number;
}

/** What a person leaves out of a preview. */
export interface LeftOut {
  /** The rows, by their Activities: they rest until somebody wakes them. */
  rows: ReadonlySet<string>;
  /** The calendars and lists that are not imported any more, by id. */
  containers: ReadonlySet<string>;
}

/** The calendars whose items are imported, in which a person may leave everything out. */
export function importedContainers({ rows, containers }: Preview): ContainerInfo[] {
  const used = new Set(rows.filter(isImported).map(({ container }) => container));
  return containers.filter(({ id }) => used.has(id));
}

/** What is left out before a person has chosen anything: calendars that look personal. */
export function leftOutAtFirst(preview: Preview): LeftOut {
  const personal = importedContainers(preview).filter((one) => one.personal);
  return { rows: new Set(), containers: new Set(personal.map(({ id }) => id)) };
}

/** Whether a row is carried out. */
export function isTicked(row: PreviewRow, leftOut: LeftOut): boolean {
  return !leftOut.rows.has(row.activity) && canTick(row, leftOut);
}

/** Whether a person can choose a row by itself: not where its whole calendar is left out. */
export function canTick(row: PreviewRow, { containers }: LeftOut): boolean {
  return !(isImported(row) && containers.has(row.container));
}

/** The same choice with these rows in it, or not, as far as they can be chosen. */
export function tick(rows: readonly PreviewRow[], on: boolean, leftOut: LeftOut): LeftOut {
  const out = new Set(leftOut.rows);
  for (const row of rows.filter((one) => canTick(one, leftOut))) {
    if (on) out.delete(row.activity);
    else out.add(row.activity);
  }
  return { rows: out, containers: leftOut.containers };
}

/** The same choice with a whole calendar in it, or not. */
export function tickContainer(id: string, on: boolean, leftOut: LeftOut): LeftOut {
  const containers = new Set(leftOut.containers);
  if (on) containers.delete(id);
  else containers.add(id);
  return { rows: leftOut.rows, containers };
}

/** The rows that are shown, in groups, each in the order of time. */
export function groupsOf(preview: Preview, grouping: Grouping, filter: Filter): Group[] {
  const text = filter.text.trim().toLocaleLowerCase();
  const shown = preview.rows.filter(
    (row) => (filter.change === 'all' || row.change === filter.change) && row.title.toLocaleLowerCase().includes(text),
  );
  const groups = new Map<string, PreviewRow[]>();
  for (const row of shown.sort((a, b) => compare(beginning(a), beginning(b)) || compare(a.title, b.title))) {
    const key = keyOf(row, grouping);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].map(([key, rows]) => ({ key, rows }));
}

/** What goes out by mail if these rows are carried out; `account`: the user's address. */
export function mailsOf(rows: readonly PreviewRow[], account: string): Mails {
  const people = new Map<string, Person>();
  let count = 0;
  for (const { mailed, answers } of rows) {
    count += mailed.length + (answers ? 1 : 0);
    for (const person of mailed) people.set((person.addresses[0] ?? person.name).toLowerCase(), person);
  }
  const domain = domainOf(account);
  const all = [...people.values()];
  return { count, people: all, outside: all.filter(({ addresses }) => domainOf(addresses[0] ?? '') !== domain) };
}

/** How many rows there are of each change on each side, in the order of {@link changes}. */
export function countsOf(rows: readonly PreviewRow[]): Counted[] {
  const counts = new Map<string, Counted>();
  for (const { change, side } of rows) {
    const key = `${changes.indexOf(change)} ${side ?? ''}`;
    const known = counts.get(key) ?? { change, side, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts].sort(([a], [b]) => compare(a, b)).map(([, counted]) => counted);
}

/** The changes, in the order in which a person wants to know of them: what goes first. */
export const changes: readonly PreviewRow['change'][] = [
  'delete',
  'create',
  'update',
  'merge',
  'convert',
  'revive',
  'complete',
  'twice',
  'link',
];

/** Whether a row brings something new into Creatio. */
export function isImported({ change, side }: PreviewRow): boolean {
  return change === 'create' && side === 'creatio';
}

function keyOf(row: PreviewRow, grouping: Grouping): string {
  switch (grouping) {
    case 'none':
      return '';
    case 'calendar':
      return row.container;
    case 'series':
      return row.series ?? '';
    case 'owner':
      return row.ofOthers ? 'others' : 'mine';
  }
}

/** When an item begins, as a text that sorts; what has no time comes last. */
function beginning({ when }: PreviewRow): string {
  if (when && 'times' in when) return when.times.start;
  return (when && 'days' in when && (when.days.first ?? when.days.last)) || '~';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function domainOf(address: string): string {
  return address.slice(address.indexOf('@') + 1).toLowerCase();
}
