/** The page: says hello from the engine. */
import init, { version } from '../pkg/schedule_sync.js';

await init();
const status = document.querySelector('[role=status]');
if (status) status.textContent = `Engine ${version()}`;
