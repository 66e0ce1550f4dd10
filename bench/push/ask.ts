import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endWithParent } from '../forked';

/** Far beyond the longest round: a process that hangs ends the bench, and not its patience. */
const ANSWER_TIMEOUT_MS = 120_000;

type Answer<Value> = { readonly value: Value } | { readonly problem: string };

/** Asks a forked process, which answers one question at a time. */
export async function ask<Value>(child: ChildProcess, question: object): Promise<Value> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const answered = once(child, 'message', { signal }) as Promise<[Answer<Value>]>;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a process of the bench ended with ${code} instead of an answer`);
  });
  child.send(question);
  try {
    const [answer] = await Promise.race([answered, ended]);
    if ('problem' in answer) throw new Error(answer.problem);
    return answer.value;
  } finally {
    stop.abort();
  }
}

/** The other end. */
export function answerParent<Question, Value>(find: (question: Question) => Promise<Value>): void {
  endWithParent();
  process.on('message', (question: Question) => {
    find(question).then(
      (value) => process.send?.({ value } satisfies Answer<Value>),
      (error: unknown) => process.send?.({ problem: String(error) } satisfies Answer<Value>),
    );
  });
}
