/** Puts a text where the caret or the selection is, as if it were typed: it can be undone, and the field hears of it. */
export const typeInto = (field: HTMLTextAreaElement, text: string): void => {
  field.focus()
  // Deprecated, but whatever else changes a field takes away that what was typed before can be undone.
  if (document.execCommand('insertText', false, text)) return
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end')
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
}
