/** SQL: a word, or its digest, as the digest: what is the same word is the same then (`deliveries/word-digest.ts`). */
export const inDigestForm = (word: string): string =>
  `case when ${word} ~ '^#[0-9a-f]{16}$' then ${word}
        else '#' || left(encode(sha256(convert_to(${word}, 'UTF8')), 'hex'), 16) end`;
