async function endTestRun(): Promise<void> {
  await globalThis.endTestRun?.();
}

export = endTestRun;
