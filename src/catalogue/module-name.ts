/** Whether a word names a file of JavaScript or TypeScript, as a role of one's own is brought. */
export const isModuleName = (word: string): boolean => /\.[mc]?[jt]s$/.test(word);
