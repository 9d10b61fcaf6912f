/**
 * The one door by which markup from outside comes into the page: sanitised, as trusted HTML or as
 * text.
 */
import DOMPurify from 'dompurify';

/** `markup` without anything that runs, loads or navigates by itself. */
export function safeHtml(markup: string) {
  return DOMPurify.sanitize(markup, {
    RETURN_TRUSTED_TYPE: true,
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'img', 'video', 'audio', 'iframe'],
    FORBID_ATTR: ['style', 'class', 'id', 'name'],
  });
}

/** Elements that begin a new line. */
const blocks = new Set(['P', 'DIV', 'BR', 'LI', 'TR', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'BLOCKQUOTE', 'PRE']);

/** The text that a person sees in `markup`; blocks become lines. */
export function textOf(markup: string): string {
  const fragment = DOMPurify.sanitize(markup, { RETURN_DOM_FRAGMENT: true });
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  let text = '';
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) text += (node.nodeValue ?? '').replace(/\s+/g, ' ');
    else if (blocks.has(node.nodeName)) text += '\n';
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line)
    .join('\n');
}

/** Whether `markup` has more to it than lines of text. */
export function isFormatted(markup: string): boolean {
  return /<(?!\/?(?:html|head|meta|body|div|p|br|span)\b)[a-z]/i.test(markup);
}

/** Plain text as markup. */
export function markupOf(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return escaped.replace(/\r?\n/g, '<br>');
}
