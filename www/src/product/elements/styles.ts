/** Styles that several elements share. Colours are custom properties of the page. */
import { css } from 'lit';

/** What all elements begin with. */
export const base = css`
  :host,
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  ul {
    list-style: none;
  }
`;

/** Buttons, and those of the main action or of a deletion. */
export const buttons = css`
  button {
    font: inherit;
    font-weight: 500;
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: 6px;
    padding: 6px 14px;
    min-height: 34px;
    cursor: pointer;
    white-space: nowrap;
  }
  button:hover {
    background: var(--hover);
  }
  button.primary {
    color: #fff;
    background: var(--accent);
    border-color: var(--accent);
  }
  button.primary:hover {
    background: var(--accent-strong);
  }
  button.danger {
    color: var(--danger);
    border-color: currentColor;
  }
  button:disabled {
    color: var(--muted);
    background: var(--hover);
    border-color: var(--line-strong);
    cursor: default;
  }
`;

/** Inputs, selects, check boxes and radio buttons. */
export const inputs = css`
  input:not([type='checkbox'], [type='radio']),
  select,
  textarea {
    font: inherit;
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--control);
    border-radius: 6px;
    padding: 6px 10px;
    min-height: 34px;
    max-width: 100%;
  }
  input[type='checkbox'],
  input[type='radio'] {
    accent-color: var(--accent);
    width: 16px;
    height: 16px;
    margin: 0;
    flex: none;
  }
`;

/** A card in a modal dialog. */
export const dialogs = css`
  dialog {
    border: 0;
    border-radius: 10px;
    padding: 0;
    width: min(720px, calc(100vw - 32px));
    max-height: calc(100vh - 48px);
    color: var(--text);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  dialog::backdrop {
    background: rgb(16 28 48 / 45%);
  }
  form {
    display: flex;
    flex-direction: column;
    max-height: calc(100vh - 48px);
  }
  header,
  footer {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 14px 20px;
  }
  header {
    border-bottom: 1px solid var(--line);
  }
  footer {
    border-top: 1px solid var(--line);
  }
  h2 {
    font-size: 18px;
    font-weight: 600;
  }
  .space {
    flex: 1;
  }
  [role='alert'] {
    color: var(--danger);
    padding: 0 20px 12px;
    overflow-wrap: anywhere;
  }
`;
