/** Writes and reads times as a person does in the zone of their profile. Servers speak UTC. */

/** A zone, and how its people write dates. */
export class LocalTime {
  private readonly offsets: Intl.DateTimeFormat;
  private readonly times: Intl.DateTimeFormat;
  private readonly days: Intl.DateTimeFormat;
  private readonly farDays: Intl.DateTimeFormat;
  private readonly daysAgo: Intl.RelativeTimeFormat;

  /** `zone` is an IANA name. */
  constructor(zone: string, culture: string) {
    this.offsets = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    this.times = new Intl.DateTimeFormat(culture, { timeZone: zone, ...time });
    const near = culture.startsWith('en')
      ? ({ day: 'numeric', month: 'short', timeZone: 'UTC' } as const)
      : ({ day: '2-digit', month: '2-digit', timeZone: 'UTC' } as const);
    this.days = new Intl.DateTimeFormat(culture, near);
    this.daysAgo = new Intl.RelativeTimeFormat(culture, { numeric: 'auto' });
    this.farDays = new Intl.DateTimeFormat(culture, {
      day: '2-digit',
      month: '2-digit',
      year: '2-digit',
      timeZone: 'UTC',
    });
  }

  /** An instant for a list. */
  show(instant: string | undefined): string {
    return isSet(instant) ? `${this.showDay(this.toInput(instant))}, ${this.times.format(new Date(instant))}` : '';
  }

  /** An instant of the past: its time if it is today, else how many days ago it was. */
  ago(instant: string): string {
    const [day, today] = [this.toInput(instant).slice(0, 10), this.day()];
    if (day === today) return this.times.format(new Date(instant));
    return this.daysAgo.format(Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000), 'day');
  }

  /** The end of what began at `start`: only its time, if it is the same day. */
  showEnd(start: string, end: string): string {
    if (!isSet(end)) return '';
    const sameDay = this.toInput(start).slice(0, 10) === this.toInput(end).slice(0, 10);
    return sameDay ? this.times.format(new Date(end)) : this.show(end);
  }

  /** A day (`2026-11-30…`) for a list; the year only where it is not this one. */
  showDay(day: string | undefined): string {
    if (!day) return '';
    const format = day.startsWith(this.day().slice(0, 4)) ? this.days : this.farDays;
    return format.format(new Date(`${day.slice(0, 10)}T00:00:00Z`));
  }

  /** An instant as `<input type="datetime-local">` holds it. */
  toInput(instant: string | undefined): string {
    if (!isSet(instant)) return '';
    const at = Date.parse(instant);
    return new Date(at + this.offset(at)).toISOString().slice(0, 16);
  }

  /** The instant that such an input means, in ISO 8601; empty for an empty input. */
  fromInput(text: string): string {
    if (!text) return '';
    const wall = Date.parse(`${text}Z`);
    const first = wall - this.offset(wall);
    return new Date(wall - this.offset(first)).toISOString();
  }

  /** Today's day, moved by so many days. */
  day(shift = 0): string {
    const now = Date.now();
    return new Date(now + this.offset(now) + shift * 86_400_000).toISOString().slice(0, 10);
  }

  /** Milliseconds that the zone is ahead of UTC. */
  private offset(at: number): number {
    const name = this.offsets.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours, minutes] = /GMT([+-])(\d+)(?::(\d+))?/.exec(name) ?? [];
    const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
    return sign === '-' ? -ahead : ahead;
  }
}

/** Whether a server's instant says anything: Creatio writes the year 1 for none. */
export function isSet(instant: string | undefined | null): instant is string {
  return !!instant && !instant.startsWith('0001-');
}
