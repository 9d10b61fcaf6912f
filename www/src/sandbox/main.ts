/** The page: opens a session for the user who looks at it, and shows Creatio's page around it. */
import { readContext } from '../host/creatio';
import './creatio-page';
import { explain, Session } from '../product/controllers/session';
import { stringsFor } from '../strings';

async function open(): Promise<void> {
  const context = readContext();
  const strings = stringsFor(context.culture);
  document.documentElement.lang = strings.language;
  document.title = `${strings.activities} · ${strings.product}`;
  try {
    const page = document.createElement('creatio-page');
    page.session = await Session.open(context);
    document.body.append(page);
  } catch (error) {
    const problem = document.getElementById('problem');
    if (problem) problem.textContent = explain(strings, error);
    throw error;
  }
}

await open();
