/** The next free name `word_1`, `word_2` …: answers and scores are stored by it, people never see it. */
export function nextKey(word: string, taken: readonly (string | undefined)[]): string {
  let number = taken.length + 1;
  while (taken.includes(`${word}_${number}`)) number += 1;
  return `${word}_${number}`;
}
