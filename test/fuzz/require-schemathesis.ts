import { findSchemathesis } from './schemathesis';

/** Says once, and not for each test, that there is no Schemathesis. */
function requireSchemathesis(): void {
  findSchemathesis();
}

export = requireSchemathesis;
