import { bound, type Issue, typeWords } from '../sources/reading/field-words';

/** A setting that is not plain text is written in JSON. */
const JSON_TYPES: Readonly<Record<string, string>> = {
  object: 'a JSON object',
  record: 'a JSON object',
  array: 'a JSON list',
};

/**
 * What is wrong with a setting, in words that go on after its name and never show its value; `undefined`: the field has
 * words of its own. What a shop writes into JSON has names, and those are shown.
 */
export function settingWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${JSON_TYPES[issue.expected] ?? typeWords(issue.expected)}`;
    case 'too_small':
      if (issue.inclusive === false) return `must be more than ${issue.minimum}`;
      return `must ${bound('least', issue.origin, issue.minimum)}`;
    case 'too_big':
      return `must ${bound('most', issue.origin, issue.maximum)}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`;
    case 'unrecognized_keys':
      return `has no ${issue.keys.join(' and no ')}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is a name that is not allowed here';
    case 'invalid_union':
      return 'is in none of the forms that docs/settings.md shows';
    default:
      return undefined;
  }
}

function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
