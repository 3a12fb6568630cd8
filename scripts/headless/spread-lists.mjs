/** `--train a b c` names three files; parseArgs knows only `--train a --train b`. */
export function spreadLists(argv, options) {
  const spread = [];
  let list = null;
  for (const word of argv) {
    if (word.startsWith('--')) {
      const name = word.slice(2).split('=')[0];
      list = options[name]?.multiple && !word.includes('=') ? word : null;
      if (list === null) spread.push(word);
    } else if (list !== null) {
      spread.push(list, word);
    } else {
      spread.push(word);
    }
  }
  return spread;
}
