/**
 * Reads a body that must be a JSON object. Strict UTF-8: half a character means that the bytes are not what was
 * meant, and a signature over them would still fit.
 * @returns `undefined` for anything else
 */
export function readJsonObject(body: Uint8Array): unknown {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
