/**
 * What the settings can choose from: calendars, task lists and groups as lines of a list, each with
 * a label of its own.
 */
import type { MailboxAccount, ContainerInfo, GroupInfo } from '../engine/types';
import type { Strings } from '../strings';

/** One line of a list. */
export interface Option {
  id: string;
  /** Its name, told apart from all others that can be seen with it. */
  label: string;
  /** What is special about it; empty for most. */
  hint: string;
  /** How deep it lies in its tree. */
  level: number;
  /** It can't be chosen; the hint says why. */
  unavailable: boolean;
}

/** A line before the labels are told apart. */
interface Draft extends Option {
  /** What kind of thing it is, in words. */
  kind: string;
  /** Who owns it, if it is somebody else's. */
  owner: string;
}

/**
 * The lines of the three blocks. Calendars of `shared` mailboxes are listed, and can't be chosen
 * yet.
 */
export function optionsOf(
  containers: ContainerInfo[],
  groups: GroupInfo[],
  { strings, shared: sharedMailboxes }: { strings: Strings; shared: MailboxAccount[] },
): Record<'importMeetings' | 'importTasks' | 'export', Option[]> {
  const of = (kind: ContainerInfo['kind']) =>
    containers.filter((one) => one.kind === kind).map((one) => containerDraft(one, strings));
  const sharedDrafts = sharedMailboxes.map((one) => mailboxDraft(one, strings));
  const [meetings, tasks, exported] = [[...of('meeting'), ...sharedDrafts], of('task'), groupDrafts(groups, strings)];
  const labels = new Set<string>([strings.automatic, strings.importMeetings, strings.importTasks, strings.export]);
  const all = [...meetings, ...tasks, ...exported];
  const repeated = new Set(all.map((one) => one.label).filter((label, at, list) => list.indexOf(label) !== at));
  for (const one of all) {
    if (repeated.has(one.label) || labels.has(one.label)) one.label = `${one.label} (${one.owner || one.kind})`;
    const label = one.label;
    for (let n = 2; labels.has(one.label); n += 1) one.label = `${label} ${n}`;
    labels.add(one.label);
  }
  return { importMeetings: meetings, importTasks: tasks, export: exported };
}

function containerDraft(one: ContainerInfo, strings: Strings): Draft {
  const origin = one.shared ? [strings.shared] : one.own ? [] : [strings.notInAll];
  const hints = [...origin, ...(one.writable ? [] : [strings.readOnly])];
  return {
    id: one.id,
    label: one.name,
    hint: hints.join(', '),
    level: 0,
    unavailable: false,
    kind: strings.kindOf[one.kind],
    owner: one.shared ? strings.shared : '',
  };
}

function mailboxDraft(one: MailboxAccount, strings: Strings): Draft {
  const { address } = one;
  return {
    id: address,
    label: address,
    hint: strings.sharedMailbox,
    level: 0,
    unavailable: true,
    kind: strings.kindOf.meeting,
    owner: address,
  };
}

/** Groups below their parents; one whose parent can't be seen is on top. */
function groupDrafts(groups: GroupInfo[], strings: Strings): Draft[] {
  const known = new Set(groups.map((group) => group.id));
  const below = (parent: string | undefined, level: number): Draft[] =>
    groups
      .filter((group) => (group.parent && known.has(group.parent) ? group.parent : undefined) === parent)
      .sort((a, b) => a.name.localeCompare(b.name))
      .flatMap((group) => [
        {
          id: group.id,
          label: group.name,
          hint: group.dynamic ? strings.dynamic : '',
          level,
          unavailable: false,
          kind: strings.kindOf.group,
          owner: '',
        },
        ...below(group.id, level + 1),
      ]);
  return below(undefined, 0);
}
