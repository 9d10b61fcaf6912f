/** Where the bench keeps what it builds and installs: below `target`, which git ignores. */
import { join } from 'node:path';
import { target } from '../../.tasks/process.mjs';

export const place = join(target, 'bench');
/** The folder of its page: one for each bench that runs, which it takes away. */
export const www = join(place, `www-${process.pid}`);
