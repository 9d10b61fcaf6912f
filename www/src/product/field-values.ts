/** Values of fields as the engine tells them, neutral in language, made readable for a person. */
import type { FieldName } from '../engine/engine';
import type { Strings } from '../strings';
import type { Calendar } from './local-time';

/** `value` of `field` in the user's language, zone and way of writing dates. */
export function readable(field: FieldName, value: string, calendar: Calendar, strings: Strings): string {
  if (!value) return strings.nothingThere;
  switch (field) {
    case 'when':
      return times(value, calendar) || strings.nothingThere;
    case 'reminder': {
      const minutes = /^−(\d+) min$/.exec(value)?.[1];
      return minutes ? strings.minutesBefore(minutes) : times(value, calendar) || strings.nothingThere;
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
function times(value: string, calendar: Calendar): string {
  const [first, last] = value.split(' – ').filter((part) => part !== '–');
  if (!first) return '';
  const isInstant = first.includes('T');
  const from = isInstant ? calendar.show(first) : calendar.showDay(first);
  if (!last || last === first) return from;
  return `${from} – ${isInstant ? calendar.showEnd(first, last) : calendar.showDay(last)}`;
}
