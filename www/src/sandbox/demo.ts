/** What the demo's panes share, once the product has started. */
import type { OpenedState } from '../product/events';
import { LocalTime } from '../product/local-time';
import type { Host } from '../host/host';
import { stringsFor, type Strings } from '../strings';
import { OData } from './creatio/odata';

/** The demo around the product. */
export interface Demo extends OpenedState {
  readonly host: Host;
  readonly strings: Strings;
  /** Writes times in the zone of the user's profile. */
  readonly time: LocalTime;
  readonly odata: OData;
}

/** The demo for what the product has told of itself. */
export function createDemo(host: Host, state: OpenedState): Demo {
  const { culture } = host.context;
  return {
    ...state,
    host,
    strings: stringsFor(culture),
    time: new LocalTime(state.zone, culture),
    odata: new OData(host),
  };
}
