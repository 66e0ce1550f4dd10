/** What a key, or a person at the console, may be for. Without `admin` nothing but what the scopes say. */
export const SCOPES = {
  devices: 'register, list and remove phones, and say what was seen on them, for any owner',
  read: 'see notifications, deliveries, webhooks, what waits, the books and held providers',
  retry: 'try deliveries again, and follow that',
  link: 'say which order a waybill belongs to',
  erase: 'erase what is kept of a buyer, an order or a waybill, and follow that',
  test: 'send a test message to a phone, and follow that',
  metrics: 'read /metrics',
  admin: 'everything, and alone: release providers, give up journals, read the audit',
} as const;
export type Scope = keyof typeof SCOPES;
export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];
