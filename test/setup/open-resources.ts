/**
 * What a suite has opened and must close again. Kept on the global object of the suite, where the test environment
 * looks after the last test.
 */
declare global {
  var openResources: Set<string> | undefined;
}

/** Notes that `what` is open. The returned function notes that it is closed. */
export function opened(what: string): () => void {
  const open = (globalThis.openResources ??= new Set());
  open.add(what);
  return () => open.delete(what);
}
