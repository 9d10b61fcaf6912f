/** The demo's entry: shows Creatio's page around the product. */
import { findHost } from '../host/find-host';
import { stringsFor } from '../strings';
import './creatio-page';

const host = findHost();
const strings = stringsFor(host.context.culture);
document.documentElement.lang = strings.language;
document.title = `${strings.activities} · ${strings.product}`;

const page = document.createElement('creatio-page');
page.host = host;
page.addEventListener('schedule-sync-open-failed', ({ message, error }) => {
  const problem = document.getElementById('problem');
  if (problem) problem.textContent = message;
  throw error;
});
document.body.append(page);
