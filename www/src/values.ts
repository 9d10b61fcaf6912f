/** Values of fields as the engine tells them, neutral in language, made readable for a person. */
import type { FieldName } from './engine';
import type { Strings } from './strings';
import type { Calendar } from './time';

const instants = /\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})/g;
const days = /\d{4}-\d{2}-\d{2}/g;

/** `value` of `field` in the user's language, zone and way of writing dates. */
export function readable(field: FieldName, value: string, calendar: Calendar, strings: Strings): string {
  if (!value) return strings.nothingThere;
  switch (field) {
    case 'when':
      return times(value, calendar);
    case 'reminder': {
      const minutes = /^−(\d+) min$/.exec(value)?.[1];
      return minutes ? strings.minutesBefore(minutes) : times(value, calendar);
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

/** Instants in the user's zone, days as they are; one day is written once. */
function times(value: string, calendar: Calendar): string {
  const [first, last] = value.split(' – ');
  if (first && last && first.includes('T') && last.includes('T')) {
    return `${calendar.show(first)} – ${calendar.showEnd(first, last)}`;
  }
  const [from, to] = first === last ? [first] : [first, last];
  const shown = [from, to].flatMap((part) => (part ? [part] : [])).join(' – ');
  return shown.replace(instants, (instant) => calendar.show(instant)).replace(days, (day) => calendar.showDay(day));
}
