/** “Bob is typing”, “Bob and Carla are typing”, “Bob, Carla and 3 others are typing”. */
export const typingWords = (names: readonly string[]): string => {
  const [first = '', second = ''] = names
  if (names.length <= 1) return `${first} is typing`
  if (names.length === 2) return `${first} and ${second} are typing`
  return `${first}, ${second} and ${names.length === 3 ? names[2] : `${names.length - 2} others`} are typing`
}
