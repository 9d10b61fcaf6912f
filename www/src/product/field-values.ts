/** Shows the values of fields to a person, in their language, zone and way of writing dates. */
import type { FieldValue, Person } from '../engine/types';
import type { Strings } from '../strings';
import type { LocalTime } from './local-time';

/** `value` as a text; the word for nothing where there is none. */
export function showValue(value: FieldValue | undefined, time: LocalTime, strings: Strings): string {
  return (value && textOf(value, time, strings)) || strings.nothingThere;
}

/** Empty if there is nothing in it. */
function textOf(value: FieldValue, time: LocalTime, strings: Strings): string {
  if ('text' in value) return value.text;
  if ('importance' in value) return strings.importances[value.importance];
  if ('status' in value) return strings.statuses[value.status];
  if ('response' in value) return strings.responses[value.response];
  if ('people' in value) return value.people.map(nameOf).join('\n');
  if ('times' in value) return range(time.show(value.times.start), time.showEnd(value.times.start, value.times.end));
  if ('days' in value) return range(time.showDay(value.days.first), time.showDay(value.days.last));
  if ('before' in value) return value.before === undefined ? '' : strings.minutesBefore(value.before);
  return time.show(value.reminds);
}

/** A person with their address. */
function nameOf({ name, addresses: [address] }: Person): string {
  return name && address ? `${name} <${address}>` : name || (address ?? '');
}

/** From the one to the other, as far as they are there; what is the same is written once. */
function range(from: string, to: string): string {
  return from && to && from !== to ? `${from} – ${to}` : from || to;
}
