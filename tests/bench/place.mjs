/** Where the bench keeps what it builds and installs: below `target`, which git ignores. */
import { join } from 'node:path';
import { target } from '../../.tasks/process.mjs';

export const place = join(target, 'bench');
/** The folder of its page. */
export const www = join(place, 'www');
