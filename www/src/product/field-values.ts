/** Shows the values of fields to a person: the engine writes them the same in every language. */
import type { FieldName } from '../engine/types';
import type { Strings } from '../strings';
import type { LocalTime } from './local-time';

/** `value` of `field` in the user's language, zone and way of writing dates. */
export function showValue(field: FieldName, value: string, time: LocalTime, strings: Strings): string {
  if (!value) return strings.nothingThere;
  switch (field) {
    case 'when':
      return showTimes(value, time) || strings.nothingThere;
    case 'reminder': {
      const minutes = /^−(\d+) min$/.exec(value)?.[1];
      return minutes ? strings.minutesBefore(minutes) : showTimes(value, time) || strings.nothingThere;
    }
    case 'importance':
    case 'status':
    case 'response':
      return strings.values[value] ?? value;
    case 'title':
    case 'place':
    case 'body':
    case 'people':
      return value;
  }
}

/**
 * Instants in the user's zone, days as they are; one day is written once. Empty if there is neither
 * (the engine's `–`).
 */
function showTimes(value: string, time: LocalTime): string {
  const [start, end] = value.split(' – ').filter((part) => part !== '–');
  if (!start) return '';
  const isInstant = start.includes('T');
  const from = isInstant ? time.show(start) : time.showDay(start);
  if (!end || end === start) return from;
  return `${from} – ${isInstant ? time.showEnd(start, end) : time.showDay(end)}`;
}
