/** Whether there is anything to see in a text: not white space, joiners, marks of direction and blanks alone. */
export const isVisible = (text: string): boolean => SEEN.test(text)

// The blank Braille pattern counts as a symbol and is drawn as nothing.
const SEEN = /[^\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u
