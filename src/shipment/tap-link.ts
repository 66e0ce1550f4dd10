/** Where a tap on a message leads: the shop's own page, by LINK_TEMPLATE. */

export const LINK_FACTS = ['message_id', 'status', 'last_four', 'order_id'] as const;
type LinkFact = (typeof LINK_FACTS)[number];

const PLACE = /\{([^{}]*)\}/g;

/** The places of a template that are none of ours. */
export function unknownPlaces(template: string): string[] {
  return [...template.matchAll(PLACE)]
    .map(([, name = '']) => name)
    .filter((name) => !LINK_FACTS.some((fact) => fact === name));
}

/** The template with its places filled, each as a part of a URL; `null` where a fact is not known. */
export function tapLink(template: string, facts: Readonly<Record<LinkFact, string | null>>): string | null {
  const names = [...template.matchAll(PLACE)].map(([, name = '']) => name as LinkFact);
  if (names.some((name) => facts[name] === null)) return null;
  return template.replace(PLACE, (_, name: LinkFact) => encodeURIComponent(facts[name] ?? ''));
}
