import { findChromium } from './chromium';

/** Says once, and not for each test, that there is no browser. */
function requireChromium(): void {
  findChromium();
}

export = requireChromium;
